//! Starting a program with the environment: guard the names, build the child's environment, become it.
