//! JSON-RPC 2.0 as Verto speaks it: one value a frame, or an array of them; ids of any JSON type, answered with the same.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, de::IgnoredAny};
use serde_json::{Map, Value, json, value::RawValue};

use super::causes::Cause;

/// The longest `id`, as JSON text. Unit: bytes. Those of clients are counters and UUIDs.
pub const MAX_ID_BYTES: usize = 128;
/// The most requests of one batch. No known client sends any, and the limit of frames counts a batch as one.
pub const MAX_BATCH: usize = 8;

/// Not JSON-RPC at all.
pub const INVALID_REQUEST: i32 = -32_600;
/// No such method, or not for this user.
pub const INVALID_METHOD: i32 = -32_601;
/// The parameters make no sense.
pub const INVALID_PARAMS: i32 = -32_602;
/// Log in first.
pub const AUTHENTICATION_REQUIRED: i32 = -32_000;
/// The login was refused.
pub const AUTHENTICATION_FAILURE: i32 = -32_001;
/// A call that is not, or that cannot do this.
pub const CALL_ERROR: i32 = -32_002;

/// A JSON object.
pub type Object = Map<String, Value>;

/// A request's `id`: the JSON text it came in as.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RpcId(Box<str>);

impl RpcId {
    /// As JSON.
    #[must_use]
    pub fn as_json(&self) -> &str {
        &self.0
    }

    /// Whether it is a text.
    #[must_use]
    pub fn is_text(&self) -> bool {
        self.0.starts_with('"')
    }

    /// The number, as the server's own ids are.
    #[must_use]
    pub fn as_number(&self) -> Option<u64> {
        self.0.parse().ok()
    }

    fn read(raw: &str) -> Option<Self> {
        // Numbers beyond all bounds and halves of characters pass for JSON until somebody wants to know which.
        let fits =
            raw.len() <= MAX_ID_BYTES && matches!(serde_json::from_str(raw), Ok(Value::String(_) | Value::Number(_)));
        fits.then(|| Self(raw.into()))
    }
}

/// A request of the client's.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// What its answer carries; one without is not answered.
    pub id: Option<RpcId>,
    /// What is asked for.
    pub method: String,
    /// With what. Empty where the client sent none, or no object.
    pub params: Object,
}

/// Why a request was not granted.
#[derive(Debug, Clone, PartialEq)]
pub struct RpcError {
    /// The number.
    pub code: i32,
    /// What is wrong.
    pub message: Cow<'static, str>,
    /// What else the error object has.
    pub more: Object,
}

impl RpcError {
    /// An error with nothing else in it.
    #[must_use]
    pub fn new(code: i32, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), more: Object::new() }
    }

    /// The same with one more field.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.more.insert(name.to_owned(), value.into());
        self
    }

    /// An error about a call.
    #[must_use]
    pub fn of_call(message: impl Into<Cow<'static, str>>, cause: Cause) -> Self {
        Self::new(CALL_ERROR, message).with("causeCode", cause.code).with("cause", cause.name)
    }
}

/// One value of a frame.
#[derive(Debug, Clone, PartialEq)]
pub enum Incoming {
    /// Something is asked.
    Request(Request),
    /// The answer to a request of the server's, which needs none. Which one, where it was granted.
    Reply(Option<RpcId>),
    /// Something that is neither.
    Invalid(Option<RpcId>, RpcError),
}

/// A frame of the client's.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    /// One value.
    One(Incoming),
    /// An array, whose answers go into one array.
    Batch(Vec<Incoming>),
    /// Nothing that this protocol could answer in earnest.
    Hopeless(RpcError),
}

/// A field that counts as there even where it is `null`.
#[derive(Default)]
struct Present(bool);

impl<'de> Deserialize<'de> for Present {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self(true))
    }
}

#[derive(Deserialize)]
struct Raw<'a> {
    #[serde(default)]
    jsonrpc: Option<Value>,
    #[serde(default, borrow)]
    id: Option<&'a RawValue>,
    #[serde(default)]
    method: Option<Value>,
    #[serde(default)]
    params: Option<Value>,
    #[serde(default)]
    result: Present,
    #[serde(default)]
    error: Present,
}

fn not_a_request() -> RpcError {
    RpcError::new(INVALID_REQUEST, "Invalid Request")
}

/// Reads a text frame, which may hold anything.
#[must_use]
pub fn decode(text: &str) -> Frame {
    let trimmed = text.trim_start();
    if trimmed.starts_with('{') {
        return match serde_json::from_str::<Raw<'_>>(text) {
            Ok(raw) => Frame::One(read(raw)),
            Err(_) => Frame::Hopeless(not_a_request()),
        };
    }
    if !trimmed.starts_with('[') {
        return Frame::Hopeless(not_a_request());
    }
    match serde_json::from_str::<Vec<&RawValue>>(text) {
        Ok(values) if values.len() > MAX_BATCH => {
            Frame::Hopeless(RpcError::new(INVALID_REQUEST, format!("a batch has at most {MAX_BATCH} requests")))
        }
        Ok(values) if !values.is_empty() => Frame::Batch(values.into_iter().map(one).collect()),
        Ok(_) | Err(_) => Frame::Hopeless(not_a_request()),
    }
}

fn one(raw: &RawValue) -> Incoming {
    // serde would take an array for the fields in their order.
    let object = raw.get().starts_with('{').then(|| serde_json::from_str::<Raw<'_>>(raw.get()).ok()).flatten();
    object.map_or_else(|| Incoming::Invalid(None, not_a_request()), read)
}

fn read(raw: Raw<'_>) -> Incoming {
    let id = match raw.id.map(|id| RpcId::read(id.get())) {
        None => None,
        Some(Some(id)) => Some(id),
        Some(None) => {
            let message = format!("an id is a text or a number of at most {MAX_ID_BYTES} bytes");
            return Incoming::Invalid(None, RpcError::new(INVALID_REQUEST, message));
        }
    };
    if raw.result.0 || (raw.error.0 && raw.method.is_none()) {
        return Incoming::Reply(id.filter(|_| raw.result.0));
    }
    if raw.jsonrpc.as_ref().and_then(Value::as_str) != Some("2.0") {
        return Incoming::Invalid(id, RpcError::new(INVALID_REQUEST, "Invalid message"));
    }
    let Some(Value::String(method)) = raw.method else { return Incoming::Invalid(id, no_such_method()) };
    let params = if let Some(Value::Object(params)) = raw.params { params } else { Object::new() };
    Incoming::Request(Request { id, method, params })
}

/// The answer to a method that is not, or not for this user: nobody learns which of the two.
#[must_use]
pub fn no_such_method() -> RpcError {
    RpcError::new(INVALID_METHOD, "Invalid Method, Missing Method or Permission Denied")
}

/// The answer to a request that was granted.
#[must_use]
pub fn result(id: &RpcId, result: &Object) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{},"result":{}}}"#, id.as_json(), text(result))
}

/// The answer to one that was not; without an `id` where it could not be read.
#[must_use]
pub fn error(id: Option<&RpcId>, error: &RpcError) -> String {
    let mut object = error.more.clone();
    object.insert("code".to_owned(), error.code.into());
    object.insert("message".to_owned(), json!(error.message));
    format!(r#"{{"jsonrpc":"2.0","id":{},"error":{}}}"#, id.map_or("null", RpcId::as_json), text(&object))
}

/// A request of the server's.
#[must_use]
pub fn request(id: u64, method: &str, params: &Object) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{}}}"#, text(params))
}

/// Plain data serialises without fail; should it ever not, an empty object stands for it.
fn text(object: &Object) -> String {
    serde_json::to_string(object).unwrap_or_else(|_| "{}".to_owned())
}

/// An object with these fields.
#[must_use]
pub fn object<const N: usize>(fields: [(&str, Value); N]) -> Object {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request_of(text: &str) -> Request {
        match decode(text) {
            Frame::One(Incoming::Request(request)) => request,
            other => panic!("{text}: {other:?}"),
        }
    }

    fn refused(text: &str) -> (Option<String>, i32) {
        match decode(text) {
            Frame::One(Incoming::Invalid(id, error)) => (id.map(|id| id.as_json().to_owned()), error.code),
            Frame::Hopeless(error) => (None, error.code),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn an_id_comes_back_with_its_json_type() {
        for id in ["0", "1", "-7", "1.5", r#""1""#, r#""b4a9-uuid""#, r#""\u0041""#] {
            let request = request_of(&format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"echo","params":{{}}}}"#));
            let answer = result(&request.id.unwrap(), &Object::new());
            assert_eq!(answer, format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{}}}}"#));
        }
        assert_eq!(request_of(r#"{"jsonrpc":"2.0","id":null,"method":"echo"}"#).id, None);
    }

    #[test]
    fn what_is_no_request_is_answered_with_what_is_wrong() {
        for (text, id, code) in [
            ("", None, INVALID_REQUEST),
            ("hello", None, INVALID_REQUEST),
            ("[]", None, INVALID_REQUEST),
            ("7", None, INVALID_REQUEST),
            (r#"{"jsonrpc":"2.0","id":1,"method":"#, None, INVALID_REQUEST),
            (r#"{"id":1,"method":"echo"}"#, Some("1"), INVALID_REQUEST),
            (r#"{"jsonrpc":"1.0","id":"a","method":"echo"}"#, Some("\"a\""), INVALID_REQUEST),
            (r#"{"jsonrpc":"2.0","id":[1],"method":"echo"}"#, None, INVALID_REQUEST),
            (r#"{"jsonrpc":"2.0","id":true,"method":"echo"}"#, None, INVALID_REQUEST),
            (r#"{"jsonrpc":"2.0","id":1e999,"method":"echo"}"#, None, INVALID_REQUEST),
            (r#"{"jsonrpc":"2.0","id":"\ud800","method":"echo"}"#, None, INVALID_REQUEST),
            (r#"{"jsonrpc":"2.0","id":2}"#, Some("2"), INVALID_METHOD),
            (r#"{"jsonrpc":"2.0","id":2,"method":7}"#, Some("2"), INVALID_METHOD),
        ] {
            assert_eq!(refused(text), (id.map(str::to_owned), code), "{text}");
        }
        let long = "x".repeat(MAX_ID_BYTES);
        assert_eq!(refused(&format!(r#"{{"jsonrpc":"2.0","id":"{long}","method":"echo"}}"#)), (None, INVALID_REQUEST));
    }

    #[test]
    fn answers_of_the_client_are_told_from_requests() {
        for text in [
            r#"{"jsonrpc":"2.0","id":1000001,"result":{"method":"verto.invite"}}"#,
            r#"{"jsonrpc":"2.0","id":1,"result":null}"#,
            r#"{"id":1,"error":{"code":-1}}"#,
            r#"{"jsonrpc":"2.0","id":1,"error":null}"#,
        ] {
            assert!(matches!(decode(text), Frame::One(Incoming::Reply(_))), "{text}");
        }
    }

    #[test]
    fn parameters_that_are_no_object_are_none() {
        for params in ["null", "[1]", "7", r#""x""#] {
            let text = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"echo","params":{params}}}"#);
            assert_eq!(request_of(&text).params, Object::new());
        }
    }

    #[test]
    fn a_batch_is_read_value_by_value_and_has_an_end() {
        let Frame::Batch(values) = decode(r#"[{"jsonrpc":"2.0","id":1,"method":"echo"},7,[],{"result":{}}]"#) else {
            panic!("a batch");
        };
        assert!(matches!(&values[0], Incoming::Request(_)));
        assert!(matches!(&values[1], Incoming::Invalid(None, _)));
        assert!(matches!(&values[2], Incoming::Invalid(None, _)));
        assert!(matches!(values[3], Incoming::Reply(_)));
        let many = format!("[{}]", ["{}"; MAX_BATCH + 1].join(","));
        assert!(matches!(decode(&many), Frame::Hopeless(_)));
        let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
        assert!(matches!(decode(&deep), Frame::Batch(values) if matches!(&values[..], [Incoming::Invalid(None, _)])));
        let deep = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"echo","params":{{"a":{deep}}}}}"#);
        assert!(matches!(decode(&deep), Frame::Hopeless(_)), "nothing is read without an end");
    }
}
