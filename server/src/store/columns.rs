//! Column types: what a service's rows hold is typed, so that no service converts between values and columns.

use sea_orm::sea_query::{ArrayType, ColumnType, Nullable, StringLen, ValueType, ValueTypeErr};
use sea_orm::{ColIdx, DbErr, QueryResult, TryFromU64, TryGetError, TryGetable, Value};
use shared::Instant;
use std::str::FromStr;

/// An enum stored as its name: the one that `strum` derives, equal to the name on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Text<T>(pub T);

/// An instant stored as whole milliseconds since the epoch, so that both databases sort it correctly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub Instant);

/// The version of a row's aggregate: 1, 2, 3, … without gaps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u64);

impl Version {
    /// The version of a new aggregate.
    pub const FIRST: Version = Version(1);

    /// The version after this one.
    pub fn next(self) -> Self {
        Version(self.0 + 1)
    }
}

impl<T> From<T> for Text<T> {
    fn from(value: T) -> Self {
        Text(value)
    }
}

impl From<Instant> for Millis {
    fn from(instant: Instant) -> Self {
        Millis(instant)
    }
}

impl From<u64> for Version {
    fn from(version: u64) -> Self {
        Version(version)
    }
}

impl<T: Into<&'static str>> From<Text<T>> for Value {
    fn from(text: Text<T>) -> Self {
        let name: &'static str = text.0.into();
        name.into()
    }
}

impl From<Millis> for Value {
    fn from(millis: Millis) -> Self {
        millis.0.millis().into()
    }
}

impl From<Version> for Value {
    fn from(version: Version) -> Self {
        version.0.cast_signed().into()
    }
}

impl<T: FromStr> TryGetable for Text<T> {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        let name = String::try_get_by(row, index)?;
        let unknown = |_| TryGetError::DbErr(DbErr::Type(format!("unknown name in the database: {name}")));
        name.parse().map(Text).map_err(unknown)
    }
}

/// A name can be part of a primary key. It is never one that the database numbers.
impl<T> TryFromU64 for Text<T> {
    fn try_from_u64(_: u64) -> Result<Self, DbErr> {
        Err(DbErr::ConvertFromU64("Text"))
    }
}

impl TryGetable for Millis {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        i64::try_get_by(row, index).map(|millis| Millis(Instant::from_millis(millis)))
    }
}

impl TryGetable for Version {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        i64::try_get_by(row, index).map(|version| Version(version.cast_unsigned()))
    }
}

impl<T: FromStr> ValueType for Text<T> {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        let name = <String as ValueType>::try_from(value)?;
        name.parse().map(Text).map_err(|_| ValueTypeErr)
    }
    fn type_name() -> String {
        "Text".to_owned()
    }
    fn array_type() -> ArrayType {
        ArrayType::String
    }
    fn column_type() -> ColumnType {
        ColumnType::String(StringLen::None)
    }
}

impl ValueType for Millis {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        <i64 as ValueType>::try_from(value).map(|millis| Millis(Instant::from_millis(millis)))
    }
    fn type_name() -> String {
        "Millis".to_owned()
    }
    fn array_type() -> ArrayType {
        ArrayType::BigInt
    }
    fn column_type() -> ColumnType {
        ColumnType::BigInteger
    }
}

impl ValueType for Version {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        <i64 as ValueType>::try_from(value).map(|version| Version(version.cast_unsigned()))
    }
    fn type_name() -> String {
        "Version".to_owned()
    }
    fn array_type() -> ArrayType {
        ArrayType::BigInt
    }
    fn column_type() -> ColumnType {
        ColumnType::BigInteger
    }
}

impl<T> Nullable for Text<T> {
    fn null() -> Value {
        Value::String(None)
    }
}

impl Nullable for Millis {
    fn null() -> Value {
        Value::BigInt(None)
    }
}

impl Nullable for Version {
    fn null() -> Value {
        Value::BigInt(None)
    }
}
