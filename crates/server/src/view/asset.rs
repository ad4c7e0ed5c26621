//! The static files of the pages, compiled in, under names that change with their content.

use std::{fmt::Write as _, sync::LazyLock};

use sha2::{Digest, Sha256};

/// One static file, ready to be sent with `Cache-Control: public, max-age=31536000, immutable`.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// The value of `Content-Type`.
    pub content_type: &'static str,
    /// The content.
    pub bytes: &'static [u8],
    /// The value of `ETag`, quotes included (RFC 9110 §8.8.3).
    pub etag: &'static str,
}

/// The file behind `/assets/<name>`, when the name is a current one.
#[must_use]
pub fn asset(name: &str) -> Option<Asset> {
    let (file, named) = File::ALL.into_iter().zip(NAMES.iter()).find(|(_, named)| named.name == name)?;
    Some(Asset { content_type: file.content_type(), bytes: file.bytes(), etag: &named.etag })
}

/// The names under which [`asset`] answers now.
pub fn asset_names() -> impl Iterator<Item = &'static str> {
    NAMES.iter().map(|named| named.name.as_str())
}

/// The files there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum File {
    Stylesheet,
    Script,
    Passkeys,
    Favicon,
}

impl File {
    const ALL: [Self; 4] = [Self::Stylesheet, Self::Script, Self::Passkeys, Self::Favicon];

    /// The address of this file below the issuer's path.
    pub(super) fn url(self, base: &str) -> String {
        let name =
            File::ALL.into_iter().zip(NAMES.iter()).find(|(file, _)| *file == self).map(|(_, named)| &named.name);
        format!("{base}/assets/{}", name.map_or("", String::as_str))
    }

    const fn stem_and_extension(self) -> (&'static str, &'static str) {
        match self {
            Self::Stylesheet => ("lanyard", "css"),
            Self::Script => ("lanyard", "js"),
            Self::Passkeys => ("passkeys", "js"),
            Self::Favicon => ("favicon", "svg"),
        }
    }

    const fn content_type(self) -> &'static str {
        match self {
            Self::Stylesheet => "text/css; charset=utf-8",
            Self::Script | Self::Passkeys => "text/javascript; charset=utf-8",
            Self::Favicon => "image/svg+xml",
        }
    }

    const fn bytes(self) -> &'static [u8] {
        match self {
            Self::Stylesheet => include_bytes!("../../../../templates/assets/lanyard.css"),
            Self::Script => include_bytes!("../../../../templates/assets/lanyard.js"),
            Self::Passkeys => include_bytes!("../../../../templates/assets/passkeys.js"),
            Self::Favicon => include_bytes!("../../../../templates/assets/favicon.svg"),
        }
    }
}

struct Named {
    name: String,
    etag: String,
}

/// In the order of [`File::ALL`].
static NAMES: LazyLock<Vec<Named>> = LazyLock::new(|| {
    let named = |file: File| {
        let (stem, extension) = file.stem_and_extension();
        let version = version_of(file.bytes());
        Named { name: format!("{stem}-{version}.{extension}"), etag: format!("\"{version}\"") }
    };
    File::ALL.into_iter().map(named).collect()
});

/// Twelve hexadecimal digits that change with the content.
pub(super) fn version_of(content: &[u8]) -> String {
    let digest = Sha256::digest(content);
    digest.iter().take(6).fold(String::new(), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
