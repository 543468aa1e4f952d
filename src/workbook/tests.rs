//! Workbooks of every kind, sound and hostile.
