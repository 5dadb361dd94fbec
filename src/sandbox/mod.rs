//! A record API to practise on.
