//! Who or what a name at the login, or a dialled number, is.

use regex::Regex;

use crate::protocol::ids::{NameError, UserId};

/// Which numbers are conferences.
#[derive(Debug, Clone)]
pub struct NumberPattern(Regex);

impl NumberPattern {
    /// Reads a regular expression.
    ///
    /// # Errors
    /// Where it is none.
    pub fn new(pattern: &str) -> Result<Self, regex::Error> {
        Regex::new(pattern).map(Self)
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether the number is one of these.
    #[must_use]
    pub fn matches(&self, number: &str) -> bool {
        self.0.is_match(number)
    }
}

impl PartialEq for NumberPattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for NumberPattern {}

/// The user that a name means: `user`, or `user@domain`, whose domain is kept or not.
///
/// # Errors
/// [`NameError`] where no user can have that name.
pub fn user(name: &str, keep_domain: bool) -> Result<UserId, NameError> {
    UserId::new(if keep_domain { name } else { without_domain(name) })
}

/// A name without the domain that follows it.
#[must_use]
pub fn without_domain(name: &str) -> &str {
    name.split_once('@').map_or(name, |(user, _)| user)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_dropped_or_kept() {
        assert_eq!(user("1000@example.org", false).unwrap().as_str(), "1000");
        assert_eq!(user("1000@example.org", true).unwrap().as_str(), "1000@example.org");
        assert_eq!(user("1000", true).unwrap().as_str(), "1000");
        assert!(user("@example.org", false).is_err());
        assert!(user("10 00", false).is_err());
    }

    #[test]
    fn a_pattern_is_a_regular_expression() {
        let pattern = NumberPattern::new("^3[0-9]{3}$").unwrap();
        assert!(pattern.matches("3000") && !pattern.matches("30000") && !pattern.matches("alice"));
        assert!(NumberPattern::new("(").is_err());
    }
}
