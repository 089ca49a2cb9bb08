//! JSON Schemas as documents: what they are built of, and how they are written.

use std::fmt::{self, Display};

pub(super) fn kind(name: &str) -> Doc {
    Doc::object().with("type", Doc::text(name))
}

pub(super) fn types<const N: usize>(names: [&str; N]) -> Doc {
    Doc::List(names.map(Doc::text).into())
}

pub(super) fn or_null(name: &str) -> Doc {
    Doc::object().with("type", types([name, "null"]))
}

pub(super) fn natural() -> Doc {
    kind("integer").with("minimum", Doc::Number(0))
}

pub(super) fn pattern(pattern: &str) -> Doc {
    kind("string").with("pattern", Doc::text(pattern))
}

pub(super) fn pattern_or_null(pattern: &str) -> Doc {
    or_null("string").with("pattern", Doc::text(pattern))
}

pub(super) fn constant(text: &str) -> Doc {
    Doc::object().with("const", Doc::text(text))
}

pub(super) fn one_of(values: Vec<Doc>) -> Doc {
    Doc::object().with("enum", Doc::List(values))
}

pub(super) fn array(items: Doc) -> Doc {
    kind("array").with("items", items)
}

/// An object with exactly these keys.
pub(super) fn closed<const N: usize>(keys: [(&str, Doc); N]) -> Doc {
    let required = types(keys.each_ref().map(|(key, _)| *key));
    let properties = keys.into_iter().fold(Doc::object(), |doc, (key, value)| doc.with(key, value));
    kind("object")
        .with("required", required)
        .with("properties", properties)
        .with("additionalProperties", Doc::Bool(false))
}

impl Doc {
    /// The object may have these keys, too.
    pub(super) fn optional<const N: usize>(mut self, keys: [(&str, Doc); N]) -> Doc {
        if let Doc::Object(members) = &mut self
            && let Some((_, properties)) = members.iter_mut().find(|(name, _)| name == "properties")
        {
            properties.append(keys.into_iter().fold(Doc::object(), |doc, (key, value)| doc.with(key, value)));
        }
        self
    }
}

pub(super) fn described(mut doc: Doc, text: impl Into<String>) -> Doc {
    if let Doc::Object(members) = &mut doc {
        members.insert(0, ("description".to_owned(), Doc::text(text)));
    }
    doc
}

/// As much of JSON as a schema needs, with keys in the order in which they were put.
pub(super) enum Doc {
    Bool(bool),
    Number(u64),
    /// A number that is written already.
    Literal(String),
    Text(String),
    List(Vec<Doc>),
    Object(Vec<(String, Doc)>),
}

impl Doc {
    pub(super) fn object() -> Doc {
        Doc::Object(Vec::new())
    }

    pub(super) fn text(text: impl Into<String>) -> Doc {
        Doc::Text(text.into())
    }

    /// An object with one member more.
    pub(super) fn with(mut self, key: &str, value: Doc) -> Doc {
        if let Doc::Object(members) = &mut self {
            members.push((key.to_owned(), value));
        }
        self
    }

    fn is_word(&self) -> bool {
        !matches!(self, Doc::List(_) | Doc::Object(_))
    }

    /// Whether this describes a single value, and is short enough for one line.
    fn is_leaf(&self) -> bool {
        match self {
            Doc::List(items) => items.len() <= 2 && items.iter().all(Doc::is_leaf) || items.iter().all(Doc::is_word),
            // A map of properties has none of these keys.
            Doc::Object(members) => {
                let describes = |key: &str| ["type", "const", "enum", "anyOf", "$ref"].contains(&key);
                let is_schema = members.iter().any(|(key, _)| describes(key));
                is_schema && members.iter().all(|(key, value)| key != "properties" && value.is_leaf())
            }
            _ => true,
        }
    }

    /// Moves the members of another object to the end of this one.
    pub(super) fn append(&mut self, other: Doc) {
        if let (Doc::Object(members), Doc::Object(more)) = (self, other) {
            members.extend(more);
        }
    }
}

/// A document with this indentation.
pub(super) struct Pretty<'a>(pub(super) &'a Doc, pub(super) usize);

impl Display for Pretty<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Pretty(doc, indent) = self;
        match doc {
            Doc::Bool(set) => write!(f, "{set}"),
            Doc::Number(n) => write!(f, "{n}"),
            Doc::Literal(n) => f.write_str(n),
            Doc::Text(text) => string(text, f),
            Doc::List(items) if items.is_empty() => f.write_str("[]"),
            Doc::Object(members) if members.is_empty() => f.write_str("{}"),
            Doc::List(items) => {
                let short = doc.is_leaf();
                f.write_str("[")?;
                for (n, item) in items.iter().enumerate() {
                    f.write_str(if n > 0 { "," } else { "" })?;
                    match short {
                        true => f.write_str(if n > 0 { " " } else { "" })?,
                        false => write!(f, "\n{:1$}", "", (indent + 1) * 2)?,
                    }
                    Pretty(item, indent + 1).fmt(f)?;
                }
                if short { f.write_str("]") } else { write!(f, "\n{:1$}]", "", indent * 2) }
            }
            Doc::Object(members) if doc.is_leaf() => {
                f.write_str("{")?;
                for (n, (key, value)) in members.iter().enumerate() {
                    f.write_str(if n > 0 { ", " } else { "" })?;
                    string(key, f)?;
                    f.write_str(": ")?;
                    Pretty(value, 0).fmt(f)?;
                }
                f.write_str("}")
            }
            Doc::Object(members) => {
                f.write_str("{")?;
                for (n, (key, value)) in members.iter().enumerate() {
                    write!(f, "{}\n{:2$}", if n > 0 { "," } else { "" }, "", (indent + 1) * 2)?;
                    string(key, f)?;
                    f.write_str(": ")?;
                    Pretty(value, indent + 1).fmt(f)?;
                }
                write!(f, "\n{:1$}}}", "", indent * 2)
            }
        }
    }
}

fn string(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut escaped = crate::text::Text::new();
    escaped.json(text.as_bytes());
    write!(f, "\"{}\"", escaped.as_str())
}
