//! What requests carry, checked: JSON bodies, query parameters, cursors; and the form of lists.

use std::{
    fmt,
    future::{Ready, ready},
};

use actix_web::{
    FromRequest, HttpRequest, HttpResponse, dev,
    http::header::{self, Header as _},
    web,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::{StreamExt as _, future::LocalBoxFuture};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, Error as _, MapAccess, Visitor},
};
use serde_json::{Map, Value};

use super::{
    Api,
    problem::{self, HttpError},
};
use crate::{
    metrics::Limit,
    protocol::{record::Timestamp, wording},
};

/// How many items a page has where the request does not say.
const DEFAULT_LIMIT: usize = 50;
/// How many items a page may have.
const MAX_LIMIT: usize = 500;

/// A JSON body. Unknown fields are the form's own business (`deny_unknown_fields`).
#[derive(Debug)]
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = HttpError;
    type Future = LocalBoxFuture<'static, Result<Self, HttpError>>;

    fn from_request(req: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let (req, payload) = (req.clone(), payload.take());
        Box::pin(async move {
            let bytes = read(&req, payload, body_limit(&req)).await?;
            must_be_json(&req)?;
            parse(&bytes).map(Self)
        })
    }
}

/// A JSON body that may be left out, for requests whose fields all have defaults.
#[derive(Debug)]
pub(super) struct OptionalBody<T>(pub(super) T);

impl<T: DeserializeOwned + Default + 'static> FromRequest for OptionalBody<T> {
    type Error = HttpError;
    type Future = LocalBoxFuture<'static, Result<Self, HttpError>>;

    fn from_request(req: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let (req, payload) = (req.clone(), payload.take());
        Box::pin(async move {
            let bytes = read(&req, payload, body_limit(&req)).await?;
            if bytes.is_empty() {
                return Ok(Self(T::default()));
            }
            must_be_json(&req)?;
            parse(&bytes).map(Self)
        })
    }
}

fn must_be_json(req: &HttpRequest) -> Result<(), HttpError> {
    let given = header::ContentType::parse(req).ok();
    let is_json = |given: &header::ContentType| {
        given.0.subtype() == "json" || given.0.suffix().is_some_and(|suffix| suffix == "json")
    };
    if given.as_ref().is_some_and(is_json) {
        return Ok(());
    }
    let given = given.map_or_else(|| "none".to_owned(), |given| given.0.essence_str().to_owned());
    let error = HttpError::new(&problem::UNSUPPORTED_MEDIA_TYPE, format!("the content type is {given}"));
    Err(error.header(header::ACCEPT, "application/json"))
}

fn body_limit(req: &HttpRequest) -> usize {
    req.app_data::<web::Data<Api>>().map_or(0, |api| api.core.config().limits.body_bytes)
}

/// A body of at most `limit` bytes.
pub(super) async fn read(
    req: &HttpRequest,
    mut payload: dev::Payload,
    limit: usize,
) -> Result<web::BytesMut, HttpError> {
    let api = req.app_data::<web::Data<Api>>();
    let mut body = web::BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| HttpError::new(&problem::BAD_REQUEST, error.to_string()))?;
        if body.len() + chunk.len() > limit {
            if let Some(api) = api {
                api.core.metrics().limit_hit(Limit::BodyBytes);
            }
            let detail = format!("a body has at most {limit} bytes here");
            return Err(HttpError::new(&problem::TOO_LARGE, detail));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The members of a body that say something: `null` for one that may be left out is the same as leaving it out.
struct Members(Map<String, Value>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Map::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if members.contains_key(&name) {
                        return Err(A::Error::custom(format!("the field `{name}` is there twice")));
                    }
                    members.insert(name, value);
                }
                members.retain(|_, value| !value.is_null());
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Reader)
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, HttpError> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let Members(members) = Members::deserialize(&mut reader).map_err(|error| of_json(&error, ""))?;
    reader.end().map_err(|error| of_json(&error, ""))?;
    serde_path_to_error::deserialize(Value::Object(members)).map_err(|error| {
        let pointer = pointer(error.path());
        of_json(error.inner(), &pointer)
    })
}

fn of_json(error: &serde_json::Error, pointer: &str) -> HttpError {
    if !error.is_data() {
        return HttpError::new(&problem::INVALID_JSON, error.to_string());
    }
    // Of a field that should be there serde knows the name, but no path.
    match wording::missing(&error.to_string()) {
        Some(field) => HttpError::field(&format!("{pointer}/{field}"), "this field must be there"),
        None => HttpError::field(pointer, wording::of(error)),
    }
}

/// The path as a JSON pointer (RFC 6901).
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path {
        let name = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
            Segment::Enum { variant } => variant.clone(),
            Segment::Unknown => continue,
        };
        pointer.push('/');
        pointer.push_str(&name);
    }
    pointer
}

/// The query parameters. Each is taken by name; what is left at the end is unknown, and refused.
#[derive(Debug)]
pub(super) struct Query(Vec<(String, String)>);

impl FromRequest for Query {
    type Error = HttpError;
    type Future = Ready<Result<Self, HttpError>>;

    fn from_request(req: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let pairs = url::form_urlencoded::parse(req.query_string().as_bytes());
        ready(Ok(Self(pairs.into_owned().collect())))
    }
}

impl Query {
    /// The value of a parameter; `None` where it is absent or empty. `takes` says what it may be, for the error.
    pub(super) fn take<T>(
        &mut self,
        name: &str,
        takes: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, HttpError> {
        let Some(position) = self.0.iter().position(|(key, _)| key == name) else { return Ok(None) };
        let (_, value) = self.0.remove(position);
        if self.0.iter().any(|(key, _)| key == name) {
            return Err(HttpError::parameter(name, "must not be given twice"));
        }
        if value.is_empty() {
            return Ok(None);
        }
        parse(&value).map(Some).ok_or_else(|| HttpError::parameter(name, format!("must be {takes}")))
    }

    /// How many items to answer.
    pub(super) fn limit(&mut self) -> Result<usize, HttpError> {
        let parse = |text: &str| text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
        Ok(self.take("limit", "a number from 1 to 500", parse)?.unwrap_or(DEFAULT_LIMIT))
    }

    /// The times between which to list, `from` and `to`. Times are shown in milliseconds, so that is how they are compared: a
    /// `to` includes whatever is shown with it.
    pub(super) fn between(&mut self) -> Result<(Option<Timestamp>, Option<Timestamp>), HttpError> {
        const MS: i64 = 1000;
        let takes = "a time as RFC 3339 has it, like 2026-11-21T03:10:00Z";
        let from = self.take("from", takes, Timestamp::parse_rfc3339)?;
        let to = self.take("to", takes, Timestamp::parse_rfc3339)?;
        let first = |at: Timestamp| Timestamp((at.0 + MS - 1).div_euclid(MS) * MS);
        let last = |at: Timestamp| Timestamp(at.0.div_euclid(MS) * MS + MS - 1);
        Ok((from.map(first), to.map(last)))
    }

    /// Where to go on.
    pub(super) fn cursor<T>(&mut self, parse: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, HttpError> {
        self.take("cursor", "the next_cursor of a page of this list", |text| {
            let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
            parse(std::str::from_utf8(&bytes).ok()?)
        })
    }

    /// Refuses what nobody took.
    pub(super) fn end(self) -> Result<(), HttpError> {
        match self.0.into_iter().next() {
            None => Ok(()),
            Some((name, _)) => Err(HttpError::parameter(&name, "this list knows no such parameter")),
        }
    }
}

/// A page of a list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct List<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page begins, for the parameter `cursor`; `null` on the last one.
    pub next_cursor: Option<String>,
}

/// Answers a page, with a `Link` to the next one. `next` is what [`Query::cursor`] will be given again.
pub(super) fn page<T: Serialize>(req: &HttpRequest, items: Vec<T>, next: Option<String>) -> HttpResponse {
    let next_cursor = next.map(|next| URL_SAFE_NO_PAD.encode(next));
    let mut response = HttpResponse::Ok();
    if let Some(cursor) = &next_cursor {
        let kept = url::form_urlencoded::parse(req.query_string().as_bytes()).filter(|(key, _)| key != "cursor");
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(kept)
            .append_pair("cursor", cursor)
            .finish();
        response.insert_header((header::LINK, format!("<{}?{query}>; rel=\"next\"", req.path())));
    }
    response.json(List { items, next_cursor })
}

/// Cuts a sorted list down to a page; the name of the last item is the cursor where more follow.
pub(super) fn cut<T>(mut items: Vec<T>, limit: usize, name: impl Fn(&T) -> String) -> (Vec<T>, Option<String>) {
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(name);
    (items, next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::{body::to_bytes, test::TestRequest};

    #[derive(Debug, Default, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read by serde")]
    struct Form {
        name: String,
        #[serde(default)]
        tags: Vec<u8>,
    }

    fn problem_of(json: &str) -> serde_json::Value {
        let error = parse::<Form>(json.as_bytes()).unwrap_err();
        serde_json::to_value(error.problem("", "/", "")).unwrap()
    }

    #[test]
    fn a_wrong_field_is_pointed_to() {
        for (json, pointer, says) in [
            (r#"{"name":1}"#, "/name", "must be text"),
            (r#"{"name":null}"#, "/name", "must be there"),
            (r#"{"name":"x","name":"y"}"#, "", "`name` is there twice"),
            (r#"{"nam":"x"}"#, "/nam", "unknown field `nam`"),
            ("{}", "/name", "must be there"),
            (r#"{"name":"x","tags":[1,"a"]}"#, "/tags/1", "must be u8"),
            ("[]", "", "must be a JSON object"),
        ] {
            let problem = problem_of(json);
            assert_eq!((&problem["status"], &problem["error_code"]), (&422.into(), &21.into()), "{json}");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{json}: {problem}");
            let detail = problem["errors"][0]["detail"].as_str().unwrap();
            assert!(detail.contains(says) && !detail.contains("line"), "{json}: {detail}");
        }
    }

    #[test]
    fn null_is_the_same_as_nothing() {
        assert_eq!(parse::<Form>(br#"{"name":"x","tags":null}"#).unwrap().tags, [0; 0]);
    }

    #[test]
    fn what_is_no_json_is_told_apart() {
        for json in ["", "{", r#"{"name":"x"} y"#, "\u{feff}"] {
            assert_eq!(problem_of(json)["status"], 400, "{json:?}");
        }
    }

    fn query(text: &str) -> Query {
        let req = TestRequest::with_uri(&format!("/?{text}")).to_http_request();
        Query::from_request(&req, &mut dev::Payload::None).into_inner().unwrap()
    }

    #[test]
    fn a_body_survives_anything() {
        let corpus = [r#"{"name":"x","tags":[1,255]}"#, r#"{"name":"\ud83c\udfa5","tags":[]}"#, "[]", "\u{feff}{}"];
        crate::fuzz::survives("bodies", &corpus, |text| {
            if let Err(error) = parse::<Form>(text.as_bytes()) {
                let problem = serde_json::to_value(error.problem("", "/", "")).unwrap();
                assert!(problem["status"] == 400 || problem["status"] == 422, "{problem}");
            }
        });
    }

    #[test]
    fn a_query_survives_anything() {
        let corpus = [
            "limit=50&state=ended&user=al%2Fice&cursor=MDE5OWYyYTQtNWMxZS03ZDNhLTliMGYtMmY2ZjBhMWM5ZTEx",
            "since=2026-11-21T03:10:00Z&until=&limit=500",
            "a=1&a=2&%ff=%00&=&&",
        ];
        crate::fuzz::survives("queries", &corpus, |text| {
            let pairs = url::form_urlencoded::parse(text.as_bytes()).into_owned().collect();
            let mut query = Query(pairs);
            let limit = query.limit();
            assert!(limit.as_ref().map_or(true, |limit| (1..=MAX_LIMIT).contains(limit)));
            let cursor = query.cursor(|text| Some(text.to_owned()));
            let cursor = cursor.map(|_| ());
            for error in [limit.map(drop).err(), cursor.err(), query.end().err()].into_iter().flatten() {
                let problem = serde_json::to_value(error.problem("", "/", "")).unwrap();
                assert_eq!((&problem["status"], &problem["error_code"]), (&400.into(), &21.into()), "{problem}");
            }
        });
    }

    #[test]
    fn a_limit_has_bounds_and_a_default() {
        assert_eq!(query("").limit().unwrap(), 50);
        assert_eq!(query("limit=").limit().unwrap(), 50);
        assert_eq!(query("limit=500").limit().unwrap(), 500);
        for bad in ["0", "501", "-1", "ten", "1&limit=2"] {
            assert!(query(&format!("limit={bad}")).limit().is_err(), "{bad}");
        }
    }

    #[test]
    fn times_are_compared_as_they_are_shown() {
        let at = |text: &str| Timestamp::parse_rfc3339(text).unwrap();
        let times = |text: &str| query(text).between().unwrap();
        let (from, to) = times("from=2026-11-21T03:10:00.123Z&to=2026-11-21T03:10:00.123Z");
        assert_eq!(from, Some(at("2026-11-21T03:10:00.123000Z")));
        assert_eq!(to, Some(at("2026-11-21T03:10:00.123999Z")));
        let (from, to) = times("from=2026-11-21T03:10:00.1234Z&to=2026-11-21T03:10:00.1236Z");
        assert_eq!(from, Some(at("2026-11-21T03:10:00.124Z")), "what is shown as .123 was before");
        assert_eq!(to, Some(at("2026-11-21T03:10:00.123999Z")));
        assert_eq!(times(""), (None, None));
        assert!(query("to=now").between().is_err());
    }

    #[test]
    fn an_unknown_parameter_is_refused() {
        let mut query = query("limit=1&stat=ringing");
        query.limit().unwrap();
        assert!(query.end().unwrap_err().to_string().contains("stat"));
    }

    #[actix_web::test]
    async fn a_page_links_to_the_next_with_the_same_filter() {
        let req = TestRequest::with_uri("/api/v1/calls?state=ended&cursor=old&limit=2").to_http_request();
        let response = page(&req, vec![1, 2], Some("n:2".to_owned()));
        let link = response.headers().get(header::LINK).unwrap().to_str().unwrap().to_owned();
        let body: serde_json::Value = serde_json::from_slice(&to_bytes(response.into_body()).await.unwrap()).unwrap();
        let cursor = body["next_cursor"].as_str().unwrap();
        assert_eq!(link, format!("</api/v1/calls?state=ended&limit=2&cursor={cursor}>; rel=\"next\""));
        assert_eq!(query(&format!("cursor={cursor}")).cursor(|text| Some(text.to_owned())).unwrap().unwrap(), "n:2");
        assert!(query("cursor=%21").cursor(|text| Some(text.to_owned())).is_err());
    }

    #[test]
    fn a_list_is_cut_only_where_it_is_longer() {
        assert_eq!(cut(vec![1, 2, 3], 2, i32::to_string), (vec![1, 2], Some("2".to_owned())));
        assert_eq!(cut(vec![1, 2], 2, i32::to_string), (vec![1, 2], None));
    }
}
