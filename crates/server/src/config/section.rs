//! How a section is declared: name, type, default and meaning of each key once; the struct, the defaults and the
//! reference all come from that.

use std::borrow::Cow;

use serde::{Serialize, de::DeserializeOwned};

use super::kind::{Kind, Shape};

/// One key of a section, as the reference and the environment see it.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub section: Cow<'static, str>,
    pub name: &'static str,
    pub kind: &'static str,
    pub example: &'static str,
    pub shape: Shape,
    pub required: bool,
    /// As it is written in TOML; nothing if it is unset.
    pub default: Option<String>,
    pub meaning: String,
}

impl Key {
    pub(super) fn new<T: Kind + Serialize>(
        section: &'static str,
        name: &'static str,
        default: &T,
        meaning: &'static str,
    ) -> Self {
        Self {
            section: Cow::Borrowed(section),
            name,
            kind: T::NAME,
            example: T::EXAMPLE,
            shape: T::SHAPE,
            required: T::REQUIRED,
            // Text, numbers, truth values and lists of them are written alike in JSON and TOML.
            default: serde_json::to_string(default).ok().filter(|text| text != "null"),
            meaning: meaning.trim().to_owned(),
        }
    }

    /// `section.name`, or `name` at the top.
    pub(super) fn path(&self) -> String {
        match &*self.section {
            "" => self.name.to_owned(),
            section => format!("{section}.{}", self.name),
        }
    }

    /// The environment variable that overrides it.
    pub(super) fn variable(&self) -> String {
        format!("LANYARD__{}", self.path().replace('.', "__").to_ascii_uppercase())
    }
}

/// A table of the configuration file; [`Default`] is what holds when nothing is written.
pub(super) trait Section: Default + DeserializeOwned {
    /// The table's name; empty for the keys above all tables.
    const NAME: &'static str;

    /// What the table is about.
    fn about() -> String;

    /// Its keys, in the order of the reference.
    fn keys() -> Vec<Key>;
}

macro_rules! section {
    ($(#[doc = $about:literal])+ $visible:vis struct $section:ident as $path:literal {
        $($(#[doc = $meaning:literal])+ $name:ident: $kind:ty = $default:expr;)+
    }) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields, default)]
        $visible struct $section {
            $($(#[doc = $meaning])+ pub $name: $kind,)+
        }

        impl Default for $section {
            fn default() -> Self {
                Self { $($name: $default,)+ }
            }
        }

        impl $crate::config::section::Section for $section {
            const NAME: &'static str = $path;

            fn about() -> String {
                concat!($($about),+).trim().to_owned()
            }

            fn keys() -> Vec<$crate::config::section::Key> {
                let default = Self::default();
                vec![$($crate::config::section::Key::new(
                    $path,
                    stringify!($name),
                    &default.$name,
                    concat!($($meaning),+),
                ),)+]
            }
        }
    };
}

pub(super) use section;
