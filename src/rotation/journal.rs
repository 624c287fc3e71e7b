//! What is known about a rotation in flight, on disk before each step: `.envward/rotations/ENVIRONMENT/VARIABLE.age`,
//! encrypted to the environment's recipients, since it holds the pending value.
