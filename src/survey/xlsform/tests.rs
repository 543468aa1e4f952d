//! Workbooks of the reference implementation, and our own.
