//! Keys that take one of a few words.

use toml::Value;

use super::{
    kinds::{Kind, each},
    spot::{Fault, Spot},
};
use crate::protocol::record::VetoPolicy;

macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// Every choice.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word in the configuration.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The choice of that word, if there is one.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }

        impl Kind for $name {
            type Out = Self;
            const WHAT: &'static str = concat!("one of", $(" `\"", $word, "\"`",)+);

            fn read(label: &str, spot: &Spot) -> Result<Self, Vec<Fault>> {
                let must_be = concat!("one of", $(" \"", $word, "\""),+);
                spot.text().and_then(Self::parse).ok_or_else(|| spot.wrong(label, must_be))
            }

            fn show(value: &Self) -> Option<Value> {
                Some(Value::String(value.as_str().into()))
            }
        }
    };
}

choice! {
    /// What happens where two users call each other at the same time.
    Glare {
        /// The two requests become one call, answered on the spot.
        Join = "join",
        /// The second request finds the line busy.
        Busy = "busy",
    }
}

choice! {
    /// How many sessions a user may have.
    SessionPolicy {
        /// One for each device.
        Multi = "multi",
        /// One: a second login replaces the first.
        Single = "single",
    }
}

choice! {
    /// How much is logged.
    LogLevel {
        /// Nothing.
        Off = "off",
        /// What somebody must mend.
        Error = "error",
        /// What somebody should look at.
        Warn = "warn",
        /// What happens to calls.
        Info = "info",
        /// What the server does about it.
        Debug = "debug",
        /// Everything.
        Trace = "trace",
    }
}

choice! {
    /// The form of log lines.
    LogFormat {
        /// Text on a terminal, JSON otherwise.
        Auto = "auto",
        /// Lines for people.
        Text = "text",
        /// One JSON object a line.
        Json = "json",
    }
}

choice! {
    /// How a user token may be signed.
    JwtAlgorithm {
        /// HMAC-SHA256 with the shared secret.
        Hs256 = "HS256",
        /// RSA PKCS#1 v1.5 with SHA-256.
        Rs256 = "RS256",
        /// ECDSA on P-256 with SHA-256.
        Es256 = "ES256",
        /// Ed25519.
        EdDsa = "EdDSA",
    }
}

choice! {
    /// An edition of a mini program.
    ProgramVersion {
        /// The one that is published.
        Release = "release",
        /// The one that developers try.
        Development = "development",
        /// The one that testers try.
        Trial = "trial",
    }
}

/// A list of token algorithms.
pub(super) struct JwtAlgorithms;

impl Kind for JwtAlgorithms {
    type Out = Vec<JwtAlgorithm>;
    const WHAT: &'static str = "list of `\"HS256\"` `\"RS256\"` `\"ES256\"` `\"EdDSA\"`";

    fn read(label: &str, spot: &Spot) -> Result<Self::Out, Vec<Fault>> {
        each(label, spot, "a list of \"HS256\" \"RS256\" \"ES256\" \"EdDSA\"", |item| JwtAlgorithm::parse(item.text()?))
    }

    fn show(value: &Self::Out) -> Option<Value> {
        Some(Value::Array(value.iter().map(|algorithm| Value::String(algorithm.as_str().into())).collect()))
    }
}

/// What decides where a hook gives no verdict.
pub(super) struct OnFailure;

impl Kind for OnFailure {
    type Out = VetoPolicy;
    const WHAT: &'static str = "one of `\"allow\"` `\"refuse\"`";

    fn read(label: &str, spot: &Spot) -> Result<VetoPolicy, Vec<Fault>> {
        match spot.text() {
            Some("allow") => Ok(VetoPolicy::Allow),
            Some("refuse") => Ok(VetoPolicy::Refuse),
            _ => Err(spot.wrong(label, "one of \"allow\" \"refuse\"")),
        }
    }

    fn show(value: &VetoPolicy) -> Option<Value> {
        let word = match value {
            VetoPolicy::Allow => "allow",
            VetoPolicy::Refuse => "refuse",
        };
        Some(Value::String(word.into()))
    }
}
