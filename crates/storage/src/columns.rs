//! Values on their way into SQL and out of rows.

use model::{ClientId, Email, Id, ResourceId, SecretHash, Slug, Timestamp};
use protocol::Scope;
use sqlx::{
    Arguments as _, Row as _,
    any::{AnyArguments, AnyRow},
};

use crate::StorageError;

/// A bound parameter: TEXT or BIGINT, or NULL of either.
#[derive(Clone)]
pub(crate) enum Value {
    Text(Option<String>),
    Number(Option<i64>),
}

/// `values` as what sqlx binds. The two types always encode, so nothing is lost here.
pub(crate) fn arguments(values: impl IntoIterator<Item = Value>) -> AnyArguments {
    let mut arguments = AnyArguments::default();
    for value in values {
        let added = match value {
            Value::Text(text) => arguments.add(text),
            Value::Number(number) => arguments.add(number),
        };
        debug_assert!(added.is_ok(), "TEXT and BIGINT always encode");
    }
    arguments
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}
impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Some(text))
    }
}
impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(Some(text.clone()))
    }
}
impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(Some(number))
    }
}
impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Number(Some(i64::try_from(number).unwrap_or(i64::MAX)))
    }
}
impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(Some(i64::from(number)))
    }
}
impl From<u16> for Value {
    fn from(number: u16) -> Self {
        Self::Number(Some(i64::from(number)))
    }
}
impl From<Timestamp> for Value {
    fn from(time: Timestamp) -> Self {
        Self::Number(Some(time.as_micros()))
    }
}
impl<T: ?Sized> From<Id<T>> for Value {
    fn from(id: Id<T>) -> Self {
        Self::from(id.as_str())
    }
}
impl From<&SecretHash> for Value {
    fn from(hash: &SecretHash) -> Self {
        Self::from(hash.as_str())
    }
}
impl From<&ClientId> for Value {
    fn from(id: &ClientId) -> Self {
        Self::from(id.as_str())
    }
}
impl From<&ResourceId> for Value {
    fn from(id: &ResourceId) -> Self {
        Self::from(id.as_str())
    }
}
impl From<&Email> for Value {
    fn from(email: &Email) -> Self {
        Self::from(email.as_str())
    }
}
impl From<&Slug> for Value {
    fn from(slug: &Slug) -> Self {
        Self::from(slug.as_str())
    }
}
impl From<&Scope> for Value {
    fn from(scope: &Scope) -> Self {
        Self::from(scope.to_string())
    }
}
/// A value that may be NULL, keeping the column's type.
pub(crate) trait Nullable {
    const NULL: Value;
}
macro_rules! nullable {
    ($null:expr; $($of:ty),+) => { $(impl Nullable for $of { const NULL: Value = $null; })+ };
}
nullable!(Value::Text(None); &str, String, &String, &SecretHash, &ClientId, &ResourceId, &Email, &Scope);
nullable!(Value::Number(None); i64, u64, u32, Timestamp);
impl<T: ?Sized> Nullable for Id<T> {
    const NULL: Value = Value::Text(None);
}
impl<T: Nullable + Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(T::NULL, Into::into)
    }
}

/// Reads columns by name; what cannot be is [`StorageError::Corrupt`].
pub(crate) struct Columns<'r> {
    row: &'r AnyRow,
    table: &'static str,
}

impl<'r> Columns<'r> {
    pub(crate) const fn of(row: &'r AnyRow, table: &'static str) -> Self {
        Self { row, table }
    }

    pub(crate) fn corrupt(&self) -> StorageError {
        let id = self.row.try_get::<String, _>("id").unwrap_or_default();
        StorageError::Corrupt { table: self.table, id }
    }

    /// The text where it lies in the row.
    fn optional_str(&self, name: &str) -> Result<Option<&'r str>, StorageError> {
        self.row.try_get(name).map_err(|_| self.corrupt())
    }

    fn str(&self, name: &str) -> Result<&'r str, StorageError> {
        self.optional_str(name)?.ok_or_else(|| self.corrupt())
    }

    pub(crate) fn optional_text(&self, name: &str) -> Result<Option<String>, StorageError> {
        Ok(self.optional_str(name)?.map(str::to_owned))
    }

    pub(crate) fn text(&self, name: &str) -> Result<String, StorageError> {
        self.optional_text(name)?.ok_or_else(|| self.corrupt())
    }

    pub(crate) fn optional_number(&self, name: &str) -> Result<Option<i64>, StorageError> {
        self.row.try_get(name).map_err(|_| self.corrupt())
    }

    pub(crate) fn number(&self, name: &str) -> Result<i64, StorageError> {
        self.optional_number(name)?.ok_or_else(|| self.corrupt())
    }

    pub(crate) fn count(&self, name: &str) -> Result<u64, StorageError> {
        u64::try_from(self.number(name)?).map_err(|_| self.corrupt())
    }

    pub(crate) fn optional_time(&self, name: &str) -> Result<Option<Timestamp>, StorageError> {
        Ok(self.optional_number(name)?.map(Timestamp::from_micros))
    }

    pub(crate) fn time(&self, name: &str) -> Result<Timestamp, StorageError> {
        Ok(Timestamp::from_micros(self.number(name)?))
    }

    pub(crate) fn optional_id<T: ?Sized>(&self, name: &str) -> Result<Option<Id<T>>, StorageError> {
        self.optional_str(name)?.map(|text| Id::parse(text).ok_or_else(|| self.corrupt())).transpose()
    }

    pub(crate) fn id<T: ?Sized>(&self, name: &str) -> Result<Id<T>, StorageError> {
        self.optional_id(name)?.ok_or_else(|| self.corrupt())
    }

    pub(crate) fn optional_hash(&self, name: &str) -> Result<Option<SecretHash>, StorageError> {
        Ok(self.optional_text(name)?.map(SecretHash::stored))
    }

    pub(crate) fn hash(&self, name: &str) -> Result<SecretHash, StorageError> {
        Ok(SecretHash::stored(self.text(name)?))
    }

    pub(crate) fn scope(&self, name: &str) -> Result<Scope, StorageError> {
        Scope::parse(self.str(name)?).map_err(|_| self.corrupt())
    }

    /// A word of an enum.
    pub(crate) fn word<T>(&self, name: &str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, StorageError> {
        parse(self.str(name)?).ok_or_else(|| self.corrupt())
    }

    /// A value kept as JSON.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<T, StorageError> {
        serde_json::from_str(self.str(name)?).map_err(|_| self.corrupt())
    }
}
