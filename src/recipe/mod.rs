//! What is to be done and for whom: recipes and channels, as data. Touches no file and runs nothing.

pub mod channel;
