//! WeChat's cloud-to-cloud VoIP, as far as it is bytes and rules: no I/O, no clock.
//!
//! | module | what |
//! | --- | --- |
//! | [`crypto`] | signatures and encryption of the message push |
//! | [`push`] | what a push says, in JSON or XML |
//! | [`address`] | a WeChat user as a user of the call core; our mark in a call's payload |
//! | [`leg`] | a WeChat user's part in a call: between WeChat, a media worker and the core |
//! | [`api`] | the calls of WeChat's own API, and what its error codes mean |
//!
//! Source of the formats: developers.weixin.qq.com, "message push" and "cloud VoIP server SDK".

pub mod address;
pub mod api;
pub mod crypto;
pub mod leg;
pub mod push;

#[cfg(test)]
mod tests;
