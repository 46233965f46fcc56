//! Reads the engine's JSON with as little code as it can.
//!
//! A derived reader takes a struct from an object or, where a format asks for it, from a list of its fields. JSON may hold either, so the
//! reader of JSON brings both into the program for every struct there is. The engine writes objects: here a struct is asked for as a map,
//! and its second reader is never compiled. What is read is the same; a list in the place of an object is refused. That saves a
//! twenty-fifth of the program on the road: 668 KB packed by brotli, of 700 it may have, where serde_json's own reader makes 695.
//!
//! What is wrong with an answer that cannot be read is told to nobody: no sentence about it is put together, nor is what would write one.

use std::fmt;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor,
};

/// The value that a text holds.
pub fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    let mut json = serde_json::Deserializer::from_str(text);
    let value = T::deserialize(Lean(&mut json)).ok()?;
    json.end().ok().map(|()| value)
}

/// It could not be read.
#[derive(Debug)]
struct Unread;

impl fmt::Display for Unread {
    fn fmt(&self, into: &mut fmt::Formatter<'_>) -> fmt::Result {
        into.write_str("unread")
    }
}

impl std::error::Error for Unread {}

impl Error for Unread {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// The same, to whoever knows it by another name.
fn unread<E: Error>(_: Unread) -> E {
    E::custom(Unread)
}

/// Any of serde's parts, with whatever it hands on wrapped alike.
struct Lean<T>(T);

/// The fields of a variant, as a map.
struct Fields<V>(V);

impl<'de, V: Visitor<'de>> DeserializeSeed<'de> for Fields<V> {
    type Value = V::Value;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<V::Value, D::Error> {
        from.deserialize_map(Lean(self.0))
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Lean<S> {
    type Value = S::Value;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(Lean(from)).map_err(unread)
    }
}

/// Methods that only hand on what they were asked.
macro_rules! hand_on {
    ($($method:ident($($name:ident: $kind:ty),*);)*) => {
        $(fn $method<V: Visitor<'de>>(self, $($name: $kind,)* visitor: V) -> Result<V::Value, Unread> {
            self.0.$method($($name,)* Lean(visitor)).map_err(|_| Unread)
        })*
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Lean<D> {
    type Error = Unread;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unread> {
        self.0.deserialize_map(Lean(visitor)).map_err(|_| Unread)
    }

    hand_on! {
        deserialize_any();
        deserialize_bool();
        deserialize_i8();
        deserialize_i16();
        deserialize_i32();
        deserialize_i64();
        deserialize_i128();
        deserialize_u8();
        deserialize_u16();
        deserialize_u32();
        deserialize_u64();
        deserialize_u128();
        deserialize_f32();
        deserialize_f64();
        deserialize_char();
        deserialize_str();
        deserialize_string();
        deserialize_bytes();
        deserialize_byte_buf();
        deserialize_option();
        deserialize_unit();
        deserialize_unit_struct(name: &'static str);
        deserialize_newtype_struct(name: &'static str);
        deserialize_seq();
        deserialize_tuple(length: usize);
        deserialize_tuple_struct(name: &'static str, length: usize);
        deserialize_map();
        deserialize_enum(name: &'static str, variants: &'static [&'static str]);
        deserialize_identifier();
        deserialize_ignored_any();
    }
}

/// Values without parts.
macro_rules! take {
    ($($method:ident($kind:ty);)*) => {
        $(fn $method<E: Error>(self, value: $kind) -> Result<V::Value, E> {
            self.0.$method(value).map_err(unread)
        })*
    };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Lean<V> {
    type Value = V::Value;

    fn expecting(&self, into: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(into)
    }

    take! {
        visit_bool(bool);
        visit_i64(i64);
        visit_i128(i128);
        visit_u64(u64);
        visit_u128(u128);
        visit_f64(f64);
        visit_str(&str);
        visit_borrowed_str(&'de str);
        visit_string(String);
        visit_bytes(&[u8]);
        visit_borrowed_bytes(&'de [u8]);
        visit_byte_buf(Vec<u8>);
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_none().map_err(unread)
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_unit().map_err(unread)
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<V::Value, D::Error> {
        self.0.visit_some(Lean(from)).map_err(unread)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, from: D) -> Result<V::Value, D::Error> {
        self.0.visit_newtype_struct(Lean(from)).map_err(unread)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, from: A) -> Result<V::Value, A::Error> {
        self.0.visit_seq(Lean(from)).map_err(unread)
    }

    fn visit_map<A: MapAccess<'de>>(self, from: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(Lean(from)).map_err(unread)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, from: A) -> Result<V::Value, A::Error> {
        self.0.visit_enum(Lean(from)).map_err(unread)
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Lean<A> {
    type Error = Unread;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Unread> {
        self.0.next_element_seed(Lean(seed)).map_err(|_| Unread)
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Lean<A> {
    type Error = Unread;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Unread> {
        self.0.next_key_seed(Lean(seed)).map_err(|_| Unread)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Unread> {
        self.0.next_value_seed(Lean(seed)).map_err(|_| Unread)
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: EnumAccess<'de>> EnumAccess<'de> for Lean<A> {
    type Error = Unread;
    type Variant = Lean<A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Lean<A::Variant>), Unread> {
        self.0.variant_seed(Lean(seed)).map(|(value, variant)| (value, Lean(variant))).map_err(|_| Unread)
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Lean<A> {
    type Error = Unread;

    fn unit_variant(self) -> Result<(), Unread> {
        self.0.unit_variant().map_err(|_| Unread)
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Unread> {
        self.0.newtype_variant_seed(Lean(seed)).map_err(|_| Unread)
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Unread> {
        self.0.tuple_variant(length, Lean(visitor)).map_err(|_| Unread)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Unread> {
        self.0.newtype_variant_seed(Fields(visitor)).map_err(|_| Unread)
    }
}

#[cfg(test)]
mod tests {
    use daiban_model::api::{Audited, Chain, Failure, IncidentKind, Seen, SessionState, WipeRow};
    use daiban_model::case::field::Field;
    use serde::Serialize;

    use super::*;

    fn same<T: Serialize + DeserializeOwned + PartialEq + fmt::Debug>(value: &T) {
        let text = serde_json::to_string(value).unwrap();
        assert_eq!(read::<T>(&text).as_ref(), Some(value), "{text}");
    }

    #[test]
    fn what_the_engine_writes_is_read_as_it_was() {
        let case = "0197a0b1c2d37e4f8a9b0c1d2e3f4a5b".parse().unwrap();
        same(&Audited::SignedIn);
        same(&Audited::Looked { case, seen: Seen::FieldFor(Field::Phone, daiban_model::api::Why::Call) });
        same(&Chain::BrokenAfter { number: 118 });
        same(&vec![Some(IncidentKind::Drill), None]);
        same(&Failure::BadValue { code: "until_past".into(), arg: String::new() });
        same(&SessionState::Locked);
        let day = jiff::civil::date(2026, 3, 2);
        same(&WipeRow { id: case, number: "石拐-1".into(), handed_over: day, due: day, files: 2, why: None });
        same(&("two", 2_u8).1);
    }

    #[test]
    fn what_is_cut_off_or_goes_on_or_is_a_list_is_no_object() {
        let whole = r#"{"number":118,"is":"broken_after"}"#;
        assert!(read::<Chain>(whole).is_some());
        assert_eq!(read::<Chain>(&whole[..20]), None, "cut off");
        assert_eq!(read::<Chain>(&format!("{whole}1")), None, "goes on");
        assert_eq!(read::<daiban_model::api::AuditWritten>(r#"["audit.txt",3]"#), None, "a list");
    }
}
