//! The veto question: asked of all hooks at once, answered with one verdict, always and in time.

use std::{sync::Arc, time::Duration};

use bytestring::ByteString;
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use serde::Deserialize;
use serde_json::Value;

use super::{
    Observer,
    client::{Client, Post, PostError, Reply, clip},
    registry::{Hook, Table},
    traced::About,
};
use crate::{
    clock,
    protocol::{
        codes::{Code, HOOK_TIMEOUT, HOOK_UNREACHABLE, SUCCESS},
        event::{Changes, Verdict, veto_body},
        ids::UserId,
        native::MAX_USER_STR_BYTES,
        record::{CallRecord, VetoOutcome, VetoPolicy, VetoRecord},
        wording,
    },
};

/// Longest ring time a verdict may set. Unit: seconds.
const MAX_RING_SECS: f64 = 86_400.0;

/// Takes the verdict of one question; called exactly once.
pub type VetoDone = Box<dyn FnOnce(Verdict) + Send>;

/// Keeps the promise that `done` is called, even where the task that asks is dropped at shutdown.
struct Promise {
    done: Option<VetoDone>,
    hooks: Vec<Arc<Hook>>,
}

impl Promise {
    fn keep(mut self, verdict: Verdict) {
        if let Some(done) = self.done.take() {
            done(verdict);
        }
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        if let Some(done) = self.done.take() {
            let stopped = |hook: &Arc<Hook>| Opinion::by_policy(hook, VetoOutcome::Error, "stopping", Duration::ZERO);
            done(combine(self.hooks.iter().map(stopped)));
        }
    }
}

/// The task that asks. `hooks` are those with a veto, in the order of their names.
pub(super) fn question(
    client: Client,
    hooks: &Table,
    call: Arc<CallRecord>,
    observer: Arc<dyn Observer>,
    done: VetoDone,
) -> impl Future<Output = ()> + Send + use<> {
    let hooks: Vec<_> = hooks.values().filter(|hook| hook.asked()).cloned().collect();
    let promise = Promise { done: Some(done), hooks };
    async move {
        let body: ByteString = veto_body(&call).unwrap_or_default().into();
        let id = format!("veto_{}", call.id.0.simple());
        let post = Post { id: &id, body: &body, about: About::Question(&call) };
        let verdict = ask(&client, &promise.hooks, post, &*observer).await;
        promise.keep(verdict);
    }
}

/// Waits for the answers. Ends early as soon as a refusal is certain to be the one that counts: the first by hook name.
async fn ask(client: &Client, hooks: &[Arc<Hook>], post: Post<'_>, observer: &dyn Observer) -> Verdict {
    let mut answers: FuturesUnordered<_> = hooks
        .iter()
        .enumerate()
        .map(|(place, hook)| async move { (place, ask_one(client, hook, post, observer).await) })
        .collect();
    let mut opinions: Vec<Option<Opinion>> = hooks.iter().map(|_| None).collect();
    while let Some((place, opinion)) = answers.next().await {
        if let Some(slot) = opinions.get_mut(place) {
            *slot = Some(opinion);
        }
        let decided = opinions.iter().map_while(Option::as_ref).any(|opinion| opinion.refused.is_some());
        if decided {
            break;
        }
    }
    combine(opinions.into_iter().flatten())
}

async fn ask_one(client: &Client, hook: &Hook, post: Post<'_>, observer: &dyn Observer) -> Opinion {
    let asked = clock::now();
    let opinion = match hook.load.veto.try_acquire() {
        Err(_) => Opinion::by_policy(hook, VetoOutcome::Overflow, "too many questions in flight", Duration::ZERO),
        Ok(_place) => {
            let answer = client.post(hook, post, hook.spec.timeout()).await;
            let took = clock::now().saturating_duration_since(asked);
            match answer {
                Err(error @ PostError::Timeout(_)) => {
                    Opinion::by_policy(hook, VetoOutcome::Timeout, &error.to_string(), took)
                }
                Err(error) => Opinion::by_policy(hook, VetoOutcome::Error, &error.to_string(), took),
                Ok(reply) => match read(&reply) {
                    Ok(answer) => Opinion::of_answer(hook, answer, took),
                    Err(why) => Opinion::by_policy(hook, VetoOutcome::Error, &why, took),
                },
            }
        }
    };
    observer.veto(opinion.record.verdict, clock::now().saturating_duration_since(asked));
    opinion
}

/// One hook's part of the verdict.
#[derive(Debug)]
struct Opinion {
    refused: Option<Code>,
    changes: Changes,
    record: VetoRecord,
}

impl Opinion {
    fn of_answer(hook: &Hook, answer: Answer, took: Duration) -> Self {
        let refused = (answer.error_code != SUCCESS).then_some(answer.error_code);
        let verdict = if refused.is_some() { VetoOutcome::Refuse } else { VetoOutcome::Allow };
        Self {
            refused,
            changes: answer.changes,
            record: record(hook, verdict, None, answer.error_code, answer.message, took),
        }
    }

    fn by_policy(hook: &Hook, verdict: VetoOutcome, why: &str, took: Duration) -> Self {
        let policy = hook.spec.on_failure.0;
        let refused = match (policy, verdict) {
            (VetoPolicy::Allow, _) => None,
            (VetoPolicy::Refuse, VetoOutcome::Timeout) => Some(HOOK_TIMEOUT),
            (VetoPolicy::Refuse, _) => Some(HOOK_UNREACHABLE),
        };
        let record = record(hook, verdict, Some(policy), refused.unwrap_or(SUCCESS), Some(clip(why)), took);
        Self { refused, changes: Changes::default(), record }
    }
}

fn record(
    hook: &Hook,
    verdict: VetoOutcome,
    policy: Option<VetoPolicy>,
    error_code: Code,
    message: Option<String>,
    took: Duration,
) -> VetoRecord {
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    VetoRecord { hook: hook.name.clone(), verdict, policy, ms, error_code, message }
}

/// All opinions as one verdict. Where hooks disagree, the first by name decides: on the code of a refusal, and on each field
/// that several would change.
fn combine(opinions: impl Iterator<Item = Opinion>) -> Verdict {
    let mut verdict = Verdict::default();
    for opinion in opinions {
        verdict.refused = verdict.refused.or(opinion.refused);
        let (all, own) = (&mut verdict.changes, opinion.changes);
        all.target_user = all.target_user.take().or(own.target_user);
        all.flags = all.flags.or(own.flags);
        all.param = all.param.or(own.param);
        all.user_str = all.user_str.take().or(own.user_str);
        all.ring = all.ring.or(own.ring);
        verdict.hooks.push(opinion.record);
    }
    if verdict.refused.is_some() {
        verdict.changes = Changes::default();
    }
    verdict
}

/// What a hook said, read and checked.
#[derive(Debug, Default, PartialEq)]
struct Answer {
    error_code: Code,
    message: Option<String>,
    changes: Changes,
}

#[derive(Deserialize)]
struct Code32 {
    /// Its absence is no verdict, whatever else is there: only an answer without a body may do without it.
    error_code: Option<Code>,
    #[serde(default)]
    message: Value,
}

#[derive(Deserialize)]
struct Replacement {
    target_user: Option<UserId>,
    flags: Option<u32>,
    param: Option<i32>,
    user_str: Option<String>,
    ring_secs: Option<f64>,
}

/// Reads a verdict.
///
/// # Errors
/// What is wrong with it, in words, where it is none.
fn read(reply: &Reply) -> Result<Answer, String> {
    if !(200..=299).contains(&reply.status) {
        return Err(format!("status {}", reply.status));
    }
    let body = reply.body.as_deref().ok_or("the answer is too long")?;
    if body.trim_ascii().is_empty() {
        return Ok(Answer::default());
    }
    // A list would be read as the fields in their order.
    if body.trim_ascii_start().starts_with(b"[") {
        return Err("malformed answer: it is no JSON object".to_owned());
    }
    let malformed = |error: serde_json::Error| format!("malformed answer: {}", wording::of(&error));
    let Code32 { error_code, message } = serde_json::from_slice(body).map_err(malformed)?;
    let error_code = error_code.ok_or("malformed answer: it has no error_code")?;
    let message = message.as_str().map(clip);
    if error_code != SUCCESS {
        return Ok(Answer { error_code, message, changes: Changes::default() });
    }
    let new: Replacement = serde_json::from_slice(body).map_err(malformed)?;
    if new.user_str.as_ref().is_some_and(|text| text.len() > MAX_USER_STR_BYTES) {
        return Err("malformed answer: user_str is longer than 8192 bytes".to_owned());
    }
    let ring = match new.ring_secs {
        None => None,
        Some(secs) if secs > 0.0 && secs <= MAX_RING_SECS => Some(Duration::from_secs_f64(secs)),
        Some(_) => return Err("malformed answer: ring_secs is above 0 and at most 86400".to_owned()),
    };
    let changes =
        Changes { target_user: new.target_user, flags: new.flags, param: new.param, user_str: new.user_str, ring };
    Ok(Answer { error_code, message, changes })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(status: u16, body: &str) -> Result<Answer, String> {
        read(&Reply { status, retry_after: None, body: Some(body.into()) })
    }

    #[test]
    fn an_empty_2xx_and_a_zero_allow() {
        for (status, body) in
            [(200, ""), (204, ""), (200, " \r\n"), (200, r#"{"error_code":0}"#), (202, r#"{"error_code":0,"x":[]}"#)]
        {
            assert_eq!(verdict(status, body), Ok(Answer::default()), "{status} {body}");
        }
    }

    #[test]
    fn any_other_code_refuses_with_it() {
        for code in [1, -1, 100_104, i32::MAX, i32::MIN] {
            let answer =
                verdict(200, &format!(r#"{{"error_code":{code},"message":"no\ncredit","target_user":""}}"#)).unwrap();
            assert_eq!((answer.error_code, answer.message.as_deref()), (code, Some("no credit")));
            assert_eq!(answer.changes, Changes::default());
        }
    }

    #[test]
    fn an_allowing_answer_may_change_the_request() {
        let answer = verdict(
            200,
            r#"{"error_code":0,"target_user":"bob","flags":4294967295,"param":-2,"user_str":"","ring_secs":0.5}"#,
        );
        let changes = Changes {
            target_user: Some(UserId::new("bob").unwrap()),
            flags: Some(u32::MAX),
            param: Some(-2),
            user_str: Some(String::new()),
            ring: Some(Duration::from_millis(500)),
        };
        assert_eq!(answer.unwrap().changes, changes);
    }

    #[test]
    fn anything_else_is_no_verdict() {
        let long = format!(r#"{{"error_code":0,"user_str":"{}"}}"#, "x".repeat(8193));
        for body in [
            "{}",
            r#"{"target_user":"bob"}"#,
            "null",
            "0",
            "ok",
            "[]",
            r#"{"error_code":"0"}"#,
            r#"{"error_code":0.5}"#,
            r#"{"error_code":null}"#,
            r#"{"error_code":2147483648}"#,
            r#"{"error_code":0}x"#,
            r#"{"error_code":0,"target_user":""}"#,
            r#"{"error_code":0,"target_user":"a b"}"#,
            r#"{"error_code":0,"target_user":7}"#,
            r#"{"error_code":0,"flags":-1}"#,
            r#"{"error_code":0,"param":2147483648}"#,
            r#"{"error_code":0,"ring_secs":0}"#,
            r#"{"error_code":0,"ring_secs":-1}"#,
            r#"{"error_code":0,"ring_secs":1e9}"#,
            &long,
        ] {
            assert!(verdict(200, body).is_err(), "{body}");
        }
        assert_eq!(verdict(200, r#"{"flags":1}"#), Err("malformed answer: it has no error_code".to_owned()));
        for status in [199, 300, 302, 404, 500] {
            assert_eq!(verdict(status, ""), Err(format!("status {status}")));
        }
        assert!(read(&Reply { status: 200, retry_after: None, body: None }).is_err());
    }

    #[test]
    fn a_hooks_answer_survives_anything() {
        let corpus = [
            r#"{"error_code":0,"target_user":"bob","flags":4294967295,"param":-2,"user_str":"\u0000h\u00e9","ring_secs":0.5}"#,
            r#"{"error_code":-2147483648,"message":"no\ncredit"}"#,
            " \r\n",
        ];
        crate::fuzz::survives("verdicts", &corpus, |body| match verdict(200, body) {
            Ok(Answer { error_code, message, changes }) => {
                assert!(error_code == SUCCESS || changes == Changes::default());
                assert!(message.is_none_or(|message| !message.contains(char::is_control)));
                assert!(changes.user_str.is_none_or(|text| text.len() <= MAX_USER_STR_BYTES));
                assert!(changes.ring.is_none_or(|ring| ring.as_secs_f64() <= MAX_RING_SECS));
            }
            Err(why) => assert!(!why.is_empty() && verdict(500, body) == Err("status 500".to_owned())),
        });
    }

    #[test]
    fn the_first_hook_by_name_decides_where_several_speak() {
        let opinion = |hook: &str, code: Code, flags, param| Opinion {
            refused: (code != 0).then_some(code),
            changes: Changes { flags, param, ..Changes::default() },
            record: VetoRecord {
                hook: hook.into(),
                verdict: VetoOutcome::Allow,
                policy: None,
                ms: 0,
                error_code: code,
                message: None,
            },
        };
        let allowed = combine([opinion("a", 0, Some(1), None), opinion("b", 0, Some(2), Some(3))].into_iter());
        assert_eq!(allowed.changes, Changes { flags: Some(1), param: Some(3), ..Changes::default() });
        let refused = combine(
            [opinion("a", 0, Some(1), None), opinion("b", 5, None, None), opinion("c", 6, None, None)].into_iter(),
        );
        assert_eq!((refused.refused, refused.changes), (Some(5), Changes::default()));
        assert_eq!(refused.hooks.len(), 3);
    }
}
