//! Lists of tables: hooks, and accounts of WeChat.

use super::*;
use crate::protocol::record::VetoPolicy;

#[test]
fn hooks_of_the_file_have_the_fields_of_put() {
    let text = "[webhooks]\nallow_private = true\n[[webhooks.endpoint]]\nname = \"a\"\nurl = \"http://10.0.0.1/x\"\n\
                events = [\"call.*\"]\nveto = true\ntimeout_ms = 300\non_failure = \"allow\"\n\
                secret = \"whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB\"\n\
                enabled = false\ndescription = \"d\"\n[[webhooks.endpoint]]\nname = \"b\"\nurl = \"https://b.example\"\n";
    let loaded = load_with(text, &[], Flags::default()).unwrap();
    let [a, b] = loaded.config.webhooks.endpoint.as_slice() else { panic!("two hooks") };
    assert_eq!(
        (a.name.as_str(), a.url.as_str(), a.events.as_slice()),
        ("a", "http://10.0.0.1/x", &["call.*".to_owned()][..])
    );
    assert_eq!((a.veto, a.timeout_ms, a.on_failure, a.enabled), (true, 300, VetoPolicy::Allow, false));
    assert_eq!(
        (a.secret.as_ref().unwrap().expose(), a.description.as_str()),
        ("whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB", "d")
    );
    assert_eq!((b.veto, b.timeout_ms, b.secret.clone(), b.enabled), (false, 1000, None, true));
    let shown = loaded.settings.iter().find(|setting| setting.name == "endpoint").unwrap().value.clone().unwrap();
    assert!(!shown.to_string().contains("whsec_"), "{shown}");
}

#[test]
fn mistakes_in_hooks_are_told() {
    let hook = |rest: &str| mistakes(&format!("[[webhooks.endpoint]]\n{rest}"), &[], Flags::default());
    assert_eq!(hook("url = \"http://a\""), ["`webhooks.endpoint.name` is missing t.toml:1:1"]);
    assert_eq!(hook("name = \"a\""), ["`webhooks.endpoint.url` is missing t.toml:1:1"]);
    assert_eq!(
        hook("name = \"a\"\nurl = \"ftp://a\""),
        ["`webhooks.endpoint.url`: only http and https urls are called t.toml:3:7"]
    );
    assert_eq!(
        hook("name = \"a\"\nurl = \"http://localhost/\"\ntimeout_ms = 1\nevents = [\"call.ring\"]\nsecret = \"x\""),
        [
            "`webhooks.endpoint.url`: \"localhost\" is a name within this machine or its own network; \
             webhooks.allow_private = true allows it t.toml:3:7",
            "`webhooks.endpoint.events`: unknown event \"call.ring\", did you mean \"call.ringing\"? Choose from call.request, \
             call.requested, call.ringing, call.started, call.finished, user.online, user.offline, worker.failed, or take a \
             group as in call.*, or * for all t.toml:5:10",
            "`webhooks.endpoint.timeout_ms`: must be 10 to 30000 t.toml:4:14",
            "`webhooks.endpoint.secret`: a secret is whsec_ followed by the base64 of 24 to 64 bytes t.toml:6:10",
        ]
    );
    assert_eq!(
        hook("name = \"a\"\nurl = \"http://a\"\nveto = \"yes\""),
        ["`webhooks.endpoint.veto` must be true or false, not \"yes\" t.toml:4:8"]
    );
    let twice = "name = \"a\"\nurl = \"http://a\"\n[[webhooks.endpoint]]\nname = \"a\"\nurl = \"http://b\"";
    assert_eq!(hook(twice), ["two hooks have the name `a`: every [[webhooks.endpoint]] needs its own t.toml:4:1"]);
}

/// An account as WeChat's console would have it.
const ACCOUNT: &str = "[[wechat.account]]\nname = \"shop\"\nappid = \"wx1\"\nsecret = \"hush\"\ntoken = \"hush too\"\n\
                       encoding_aes_key = \"abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG\"\n";

#[test]
fn accounts_of_wechat_have_their_defaults_and_show_no_secret() {
    let loaded = load_with(ACCOUNT, &[], Flags::default()).unwrap();
    let [account] = loaded.config.wechat.account.as_slice() else { panic!("one account") };
    assert_eq!((account.name.as_str(), account.appid.as_str(), account.device_user.as_str()), ("shop", "wx1", "{sn}"));
    assert_eq!(account.api_base.as_ref().unwrap().as_str(), "https://api.weixin.qq.com/");
    assert_eq!(account.version_type, ProgramVersion::Release);
    assert!(!account.third_party && !account.simulated && account.model_id.is_empty());
    assert_eq!(account.secret.as_ref().unwrap().expose(), "hush");
    let shown = loaded.settings.iter().find(|setting| setting.path() == "wechat.account").unwrap();
    let shown = format!("{} {loaded:?}", shown.value.clone().unwrap());
    assert!(shown.contains("wx1") && !shown.contains("hush") && !shown.contains("abcdefgh"), "{shown}");
}

#[test]
fn an_account_of_a_third_party_platform_needs_no_more_than_another() {
    for rest in ["", "platform_appid = \"wx2\""] {
        let loaded = load_with(&format!("{ACCOUNT}third_party = true\n{rest}"), &[], Flags::default()).unwrap();
        let account = &loaded.config.wechat.account[0];
        assert!(account.third_party && account.secret.is_some(), "{rest}");
        assert_eq!(account.platform_appid.is_empty(), rest.is_empty());
    }
}

#[test]
fn mistakes_in_accounts_of_wechat_are_told_with_their_place() {
    let account = |rest: &str| mistakes(&format!("[[wechat.account]]\n{rest}"), &[], Flags::default());
    assert_eq!(account("simulated = true"), ["`wechat.account.name` is missing t.toml:1:1"]);
    assert_eq!(
        account("name = \"a:b\""),
        [
            "`wechat.account.name`: an account's name has 1 to 32 letters, digits, dots, dashes and underscores t.toml:2:8",
            "`wechat.account.appid`: is missing: WeChat's console shows it, and `simulated = true` does without t.toml:1:1",
            "`wechat.account.token`: is missing: WeChat's console shows it, and `simulated = true` does without t.toml:1:1",
            "`wechat.account.encoding_aes_key`: is missing: WeChat's console shows it, and `simulated = true` does without \
             t.toml:1:1",
        ]
    );
    let simulated = |rest: &str| {
        let all = account(&format!("name = \"a\"\nsimulated = true\n{rest}"));
        assert_eq!(all.len(), 1, "{all:#?}");
        all.into_iter().next().unwrap()
    };
    for (text, expected) in [
        (
            "encoding_aes_key = \"short\"",
            "`wechat.account.encoding_aes_key`: an EncodingAESKey has 43 letters and digits, as WeChat's console shows it \
             t.toml:4:20",
        ),
        (
            "device_user = \"device\"",
            "`wechat.account.device_user`: must have {sn} in it once, and around it only what user names may have t.toml:4:15",
        ),
        (
            "device_user = \"wechat:a:{sn}\"",
            "`wechat.account.device_user`: must have {sn} in it once, and around it only what user names may have t.toml:4:15",
        ),
        ("platform_appid = \"wx2\"", "`wechat.account.platform_appid`: needs `third_party = true` t.toml:4:18"),
        (
            "api_base = \"ftp://a\"",
            "`wechat.account.api_base` must be an http or https URL, as https://calls.example.org, not \"ftp://a\" \
             t.toml:4:12",
        ),
        (
            "api_base = \"https://a/?b\"",
            "`wechat.account.api_base`: must be an address without user name, password, query and fragment t.toml:4:12",
        ),
        (
            "version_type = 1",
            "`wechat.account.version_type` must be one of \"release\" \"development\" \"trial\", not 1 t.toml:4:16",
        ),
        (
            "keys = 1",
            "unknown key `keys`, did you mean `token`? There are name, appid, secret, token, encoding_aes_key, \
             third_party, platform_appid, api_base, device_user, model_id, version_type, simulated t.toml:4:1",
        ),
    ] {
        assert_eq!(simulated(text), expected, "{text}");
    }
    assert_eq!(
        mistakes(&format!("{ACCOUNT}{ACCOUNT}"), &[], Flags::default()),
        ["two accounts have the name `shop`: every [[wechat.account]] needs its own t.toml:7:1"]
    );
}
