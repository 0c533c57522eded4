//! The machinery behind the one table of keys: [`section!`] turns each entry into a struct field, a line of the reference, a
//! line of the example file, a file key and an environment name.

use std::{collections::BTreeMap, fmt, path::PathBuf};

use toml::Value;

use super::{
    kinds::Kind,
    spot::{Fault, Position, Spot},
};

/// What the table knows of a key.
pub(super) struct Key {
    pub(super) section: &'static str,
    pub(super) name: &'static str,
    /// The lines of the doc comment.
    pub(super) doc: &'static [&'static str],
    /// The form and unit.
    pub(super) what: &'static str,
    pub(super) secret: bool,
    pub(super) default: fn() -> Option<Value>,
    /// The default of development mode, where it is another.
    pub(super) dev: fn() -> Option<Value>,
    pub(super) extra: Extra,
}

/// What few keys have.
#[derive(Clone, Copy)]
pub(super) struct Extra {
    /// A SIGHUP changes it.
    pub(super) reload: bool,
    /// What the example file shows where there is no default. In TOML.
    pub(super) example: &'static str,
    /// Its name among systemd's credentials.
    pub(super) credential: Option<&'static str>,
}

/// A key that needs a restart.
pub(super) const FIXED: Extra = Extra { reload: false, example: "", credential: None };
/// A key that a SIGHUP changes.
pub(super) const RELOAD: Extra = Extra { reload: true, ..FIXED };

impl Extra {
    pub(super) const fn example(self, example: &'static str) -> Self {
        Self { example, ..self }
    }

    pub(super) const fn credential(self, name: &'static str) -> Self {
        Self { credential: Some(name), ..self }
    }
}

impl Key {
    /// `section.key`.
    pub(super) fn path(&self) -> String {
        format!("{}.{}", self.section, self.name)
    }

    /// The name in the environment.
    pub(super) fn env(&self) -> String {
        format!("{}{}__{}", super::env::PREFIX, self.section.to_uppercase(), self.name.to_uppercase())
    }
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything.
    Default,
    /// Nobody said anything, and this is development mode.
    Development,
    /// The configuration file.
    File {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// systemd's `LoadCredential=`.
    Credential(PathBuf),
    /// An environment variable, or the file that it names.
    Environment(String),
    /// A flag of the command line.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Development => f.write_str("default of --dev"),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Credential(path) => write!(f, "credential {}", path.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
        }
    }
}

/// One layer's word on a key.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) spot: Spot,
    pub(super) origin: Origin,
    /// The name by which its giver knows the key.
    pub(super) label: String,
}

/// All the layers' words, and what came of reading them.
#[derive(Debug, Default)]
pub(super) struct Values {
    pub(super) dev: bool,
    /// By section and name, the earlier layer first.
    pub(super) given: BTreeMap<(&'static str, &'static str), Vec<Given>>,
    pub(super) faults: Vec<Fault>,
    /// By section and name; keys that nobody gave are not here.
    pub(super) origins: BTreeMap<(&'static str, &'static str), (Origin, Option<Position>)>,
}

impl Values {
    /// Adds a later layer's word.
    pub(super) fn give(&mut self, key: &'static Key, given: Given) {
        self.given.entry((key.section, key.name)).or_default().push(given);
    }

    /// The value of a key: the last layer's. Every layer's word must be readable, the overridden ones too.
    pub(super) fn take<K: Kind>(&mut self, key: &'static Key, default: K::Out, dev: Option<K::Out>) -> K::Out {
        let id = (key.section, key.name);
        let mut value = default;
        if let Some(dev) = dev.filter(|_| self.dev) {
            value = dev;
            self.origins.insert(id, (Origin::Development, None));
        }
        for given in self.given.remove(&id).unwrap_or_default() {
            match K::read(&given.label, &given.spot) {
                Ok(read) => {
                    value = read;
                    self.origins.insert(id, (given.origin, given.spot.at));
                }
                Err(faults) => self.faults.extend(faults),
            }
        }
        value
    }
}

/// A struct of keys.
pub(super) trait Section: Sized {
    const NAME: &'static str;
    const DOC: &'static [&'static str];
    const KEYS: &'static [Key];

    /// Takes its keys' values.
    fn take(values: &mut Values) -> Self;
    /// Each key's value in TOML, in the order of `KEYS`.
    fn show(&self) -> Vec<Option<Value>>;
    /// The keys whose values differ.
    fn changed(&self, other: &Self) -> Vec<&'static Key>;
}

/// Declares a section: `key: type as Kind = default => development default, extra;`.
macro_rules! section {
    (
        $(#[doc = $sdoc:literal])+
        $path:literal $name:ident {
            $( $(#[doc = $doc:literal])+ $key:ident : $type:ty as $kind:ty = $default:expr $(=> $dev:expr)?, $extra:expr; )+
        }
    ) => {
        $(#[doc = $sdoc])+
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name { $( $(#[doc = $doc])+ pub $key: $type, )+ }

        impl Section for $name {
            const NAME: &'static str = $path;
            const DOC: &'static [&'static str] = &[$($sdoc),+];
            const KEYS: &'static [Key] = &[$( Key {
                section: $path,
                name: stringify!($key),
                doc: &[$($doc),+],
                what: <$kind as Kind>::WHAT,
                secret: <$kind as Kind>::SECRET,
                default: || <$kind as Kind>::show(&$default),
                dev: || {
                    let dev: Option<$type> = section!(@dev $($dev)?);
                    dev.as_ref().and_then(<$kind as Kind>::show)
                },
                extra: $extra,
            }, )+];

            fn take(values: &mut Values) -> Self {
                let mut keys = Self::KEYS.iter();
                Self { $( $key: {
                    let default = $default;
                    match keys.next() {
                        Some(key) => values.take::<$kind>(key, default, section!(@dev $($dev)?)),
                        None => default,
                    }
                }, )+ }
            }

            fn show(&self) -> Vec<Option<toml::Value>> {
                vec![$( <$kind as Kind>::show(&self.$key), )+]
            }

            fn changed(&self, other: &Self) -> Vec<&'static Key> {
                let differs = [$( self.$key != other.$key, )+];
                Self::KEYS.iter().zip(differs).filter_map(|(key, differs)| differs.then_some(key)).collect()
            }
        }
    };
    (@dev) => { None };
    (@dev $dev:expr) => { Some($dev) };
}

pub(super) use section;
