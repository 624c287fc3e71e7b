//! Many projects: a tree of repositories, a list, reports of others, stores alone. One project after the other, so
//! that memory does not grow with their number.
