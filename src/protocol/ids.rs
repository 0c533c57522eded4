//! The names of things: users, devices, calls, sessions, rooms.
//!
//! Newtypes, so that a caller's name can never stand where a device's should. Checked once, at the edge; whoever holds one
//! may rely on it.

use std::{borrow::Borrow, fmt, num::NonZeroI32, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use uuid::Uuid;

/// Longest user name. Unit: bytes. Source: call-control contract §1.
pub const MAX_USER_BYTES: usize = 128;
/// Longest device name. Unit: bytes. Source: native WebSocket contract, `login`.
pub const MAX_DEVICE_BYTES: usize = 64;

/// Why a name was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Empty or too long.
    #[error("a user name has 1 to 128 bytes")]
    UserLength,
    /// A byte outside the alphabet.
    #[error("a user name has only letters, digits and . _ @ : + - in it")]
    UserAlphabet,
    /// Too long.
    #[error("a device name has at most 64 bytes")]
    DeviceLength,
    /// Control characters would spoil logs and terminals.
    #[error("a device name has no control characters")]
    DeviceAlphabet,
}

/// A user's name: 1 to 128 bytes of `[A-Za-z0-9._@:+-]`. A numeric AnyChat id is its decimal text.
///
/// Cloning shares the text. There is no `Display` on purpose: a name reaches a log line only where somebody asked for it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct UserId(Arc<str>);

impl UserId {
    /// Checks a name.
    ///
    /// # Errors
    /// [`NameError`] where the length or the alphabet is wrong.
    pub fn new(name: &str) -> Result<Self, NameError> {
        if name.is_empty() || name.len() > MAX_USER_BYTES {
            return Err(NameError::UserLength);
        }
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._@:+-".contains(&byte);
        if !name.bytes().all(fits) {
            return Err(NameError::UserAlphabet);
        }
        Ok(Self(name.into()))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl Borrow<str> for UserId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for UserId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::new(&name).map_err(D::Error::custom)
    }
}

/// One of a user's devices. A client that names none is the device `""`.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct DeviceId(Arc<str>);

impl DeviceId {
    /// Checks a device name.
    ///
    /// # Errors
    /// [`NameError`] where it is longer than 64 bytes or has control characters.
    pub fn new(name: &str) -> Result<Self, NameError> {
        if name.len() > MAX_DEVICE_BYTES {
            return Err(NameError::DeviceLength);
        }
        if name.chars().any(char::is_control) {
            return Err(NameError::DeviceAlphabet);
        }
        Ok(Self(name.into()))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl<'de> Deserialize<'de> for DeviceId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::new(&name).map_err(D::Error::custom)
    }
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Debug for $name {
            /// The last eight hexadecimal digits: enough to tell two apart in a log, and the random part of a version 7.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let text = self.0.simple().to_string();
                f.write_str(text.get(24..).unwrap_or(&text))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
    };
}

uuid_id! {
    /// A call, from its request to its record. A UUID version 7, so that ids sort by the time of the request.
    CallId
}

uuid_id! {
    /// A session: one login and all its resumes.
    SessionId
}

/// The number of the room two parties meet in: 1 to 2³¹−1, as it travels in `param` of a start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i32", into = "i32")]
pub struct RoomNumber(NonZeroI32);

impl RoomNumber {
    /// The first room of a fresh store.
    pub const FIRST: Self = Self(match NonZeroI32::new(1) {
        Some(one) => one,
        None => NonZeroI32::MAX,
    });

    /// A room number, where `n` is positive.
    #[must_use]
    pub fn new(n: i32) -> Option<Self> {
        NonZeroI32::new(n).filter(|n| n.get() > 0).map(Self)
    }

    /// As an integer.
    #[must_use]
    pub fn get(self) -> i32 {
        self.0.get()
    }

    /// The number after this one; after the last comes the first, two thousand million calls later.
    #[must_use]
    pub fn next(self) -> Self {
        self.get().checked_add(1).and_then(Self::new).unwrap_or(Self::FIRST)
    }
}

/// What is not a room number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a room number is 1 to 2147483647")]
pub struct RoomNumberError;

impl TryFrom<i32> for RoomNumber {
    type Error = RoomNumberError;

    fn try_from(n: i32) -> Result<Self, RoomNumberError> {
        Self::new(n).ok_or(RoomNumberError)
    }
}

impl From<RoomNumber> for i32 {
    fn from(room: RoomNumber) -> Self {
        room.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_name_keeps_to_its_alphabet_and_length() {
        for good in ["a", "alice", "alice@example.org", "wechat:shop:o-1+2", &"x".repeat(128)] {
            assert_eq!(UserId::new(good).unwrap().as_str(), good);
        }
        assert_eq!(UserId::new(""), Err(NameError::UserLength));
        assert_eq!(UserId::new(&"x".repeat(129)), Err(NameError::UserLength));
        for bad in ["a b", "ä", "a/b", "a\n", "*"] {
            assert_eq!(UserId::new(bad), Err(NameError::UserAlphabet), "{bad:?}");
        }
    }

    #[test]
    fn a_device_name_may_be_empty_but_not_long_or_unprintable() {
        assert_eq!(DeviceId::new("").unwrap(), DeviceId::default());
        assert!(DeviceId::new("Anna's phone").is_ok());
        assert_eq!(DeviceId::new(&"x".repeat(65)), Err(NameError::DeviceLength));
        assert_eq!(DeviceId::new("a\u{7}"), Err(NameError::DeviceAlphabet));
    }

    #[test]
    fn room_numbers_stay_positive_and_wrap() {
        assert_eq!(RoomNumber::new(0), None);
        assert_eq!(RoomNumber::new(-1), None);
        assert_eq!(RoomNumber::FIRST.next().get(), 2);
        assert_eq!(RoomNumber::new(i32::MAX).unwrap().next(), RoomNumber::FIRST);
    }
}
