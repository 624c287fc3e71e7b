//! Stores on real servers.

mod openbao;
