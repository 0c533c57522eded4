//! A session that panics, and what becomes of its call.
