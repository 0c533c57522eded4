//! The published vectors, and what they leave out.

use serde_json::Value;

use super::{
    address::{Address, call_of, payload},
    api::{Remedy, meaning, token_meaning},
    crypto::{AesKey, KeyError, PushError, PushKeys, Stamp},
    push::{self, Push},
};
use crate::protocol::{
    codes::OFFLINE,
    ids::{CallId, UserId},
};

fn vectors() -> Vec<Value> {
    let text = include_str!("../../../tests/vectors/wechat_push_vectors.json");
    let file: Value = serde_json::from_str(text).unwrap();
    file["vectors"].as_array().unwrap().clone()
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn keys(vector: &Value) -> PushKeys {
    let config = |name| text(vector, &format!("/config/{name}")).to_owned();
    PushKeys {
        token: config("token"),
        aes_key: AesKey::decode(&config("encoding_aes_key")).unwrap(),
        appid: config("appid"),
    }
}

fn stamp(vector: &Value) -> Stamp<'_> {
    Stamp { timestamp: text(vector, "/request/query/timestamp"), nonce: text(vector, "/request/query/nonce") }
}

fn received(vector: &Value) -> Result<Push, PushError> {
    let encrypted = push::encrypted(text(vector, "/request/body").as_bytes())?;
    let message = keys(vector).open(stamp(vector), text(vector, "/request/query/msg_signature"), &encrypted)?;
    push::read(&message)
}

#[test]
fn every_vector_comes_out_as_it_says() {
    let mut seen = 0;
    for vector in vectors() {
        let name = text(&vector, "/name");
        match text(&vector, "/kind") {
            "push" => match received(&vector).unwrap_or_else(|error| panic!("{name}: {error}")) {
                Push::Voip(voip) => {
                    let fields = [
                        ("FromUserName", voip.openid),
                        ("Payload", voip.payload),
                        ("RoomId", voip.room_id),
                        ("SessionKey", voip.session_key),
                        ("ServerToken", voip.server_token),
                        ("ModelId", voip.model_id),
                        ("Sn", voip.sn),
                    ];
                    for (field, value) in fields {
                        assert_eq!(value, text(&vector, &format!("/expect/fields/{field}")), "{name}: {field}");
                    }
                }
                Push::Other(event) => assert_eq!(event, "debug_demo", "{name}"),
            },
            "push_negative" => {
                let error = received(&vector).unwrap_err();
                let expected = match text(&vector, "/expect/error") {
                    "signature" => PushError::Signature,
                    "appid" => PushError::Appid,
                    "padding" => PushError::Padding,
                    "base64" => PushError::Base64,
                    "body" => PushError::Body,
                    "inner" => PushError::Inner("neither JSON nor XML"),
                    other => panic!("{name}: {other}"),
                };
                assert_eq!(error, expected, "{name}");
            }
            "verify_get" => {
                let token = text(&vector, "/config/token").to_owned();
                let keys = PushKeys { token, aes_key: AesKey::decode(&"A".repeat(43)).unwrap(), appid: String::new() };
                assert!(keys.is_verification(stamp(&vector), text(&vector, "/request/query/signature")), "{name}");
            }
            "reply" => {
                let random = text(&vector, "/input/random16").as_bytes().try_into().unwrap();
                let stamped = |name: &str| vector["input"][name].to_string().trim_matches('"').to_owned();
                let (timestamp, nonce) = (stamped("timestamp"), stamped("nonce"));
                let stamp = Stamp { timestamp: &timestamp, nonce: &nonce };
                let sealed = keys(&vector).seal(stamp, random, text(&vector, "/input/msg")).unwrap();
                assert_eq!(sealed.encrypt, text(&vector, "/expect/Encrypt"), "{name}");
                assert_eq!(sealed.msg_signature, text(&vector, "/expect/MsgSignature"), "{name}");
            }
            // Pushes that are not encrypted: security mode refuses them.
            _ => continue,
        }
        seen += 1;
    }
    assert_eq!(seen, 15);
}

fn some_keys() -> PushKeys {
    let aes_key = AesKey::decode("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG").unwrap();
    PushKeys { token: "t".to_owned(), aes_key, appid: "wx0".to_owned() }
}

#[test]
fn what_is_sealed_opens_again_at_every_length() {
    let keys = some_keys();
    let stamp = Stamp { timestamp: "1", nonce: "2" };
    for length in 0..100 {
        let message = "é".repeat(length);
        let sealed = keys.seal(stamp, [7; 16], &message).unwrap();
        assert_eq!(keys.open(stamp, &sealed.msg_signature, &sealed.encrypt).unwrap(), message.as_bytes());
        let other = Stamp { timestamp: "1", nonce: "3" };
        assert_eq!(keys.open(other, &sealed.msg_signature, &sealed.encrypt), Err(PushError::Signature));
    }
}

#[test]
fn keys_of_every_last_character_are_taken_and_others_refused() {
    for last in ['A', 'B', 'C', 'D', '/', '+', '9', 'z'] {
        assert!(AesKey::decode(&format!("{}{last}", "x".repeat(42))).is_ok(), "{last}");
    }
    for wrong in [String::new(), "x".repeat(42), "x".repeat(44), format!("{}!", "x".repeat(42)), "é".repeat(21) + "x"]
    {
        assert_eq!(AesKey::decode(&wrong).err(), Some(KeyError), "{wrong}");
    }
    assert_eq!(format!("{:?}", some_keys()), r#"PushKeys { appid: "wx0", .. }"#);
    assert_eq!(format!("{:?}", some_keys().aes_key), "AesKey(…)");
}

#[test]
fn documents_with_entities_of_their_own_are_refused() {
    let bomb = r#"<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><Encrypt>&b;</Encrypt></xml>"#;
    assert_eq!(push::encrypted(bomb.as_bytes()), Err(PushError::Body));
}

#[test]
fn the_ciphertext_of_xml_is_found_where_it_is_once_and_plain() {
    let of = |body: &str| push::encrypted(body.as_bytes());
    for body in [
        "<xml><Encrypt>QQ+/==</Encrypt></xml>",
        "<xml><Encrypt><![CDATA[QQ+/==]]></Encrypt></xml>",
        "\u{feff}\n<xml>\n<ToUserName><![CDATA[gh_1]]></ToUserName>\n<Encrypt>\n <![CDATA[QQ+/==]]>\n</Encrypt>\n</xml>\n",
    ] {
        assert_eq!(of(body).as_deref(), Ok("QQ+/=="), "{body}");
    }
    for body in [
        "<xml/>",
        "<xml><Encrypt></Encrypt></xml>",
        "<xml><Encrypt><![CDATA[]]></Encrypt></xml>",
        "<xml><Encrypt>QQ==</xml>",
        "<xml></Encrypt><Encrypt>QQ==</xml>",
        "<xml><Encrypt>QQ==</Encrypt><Encrypt>QQ==</Encrypt></xml>",
        "<xml><Encrypt>QQ==</Encrypt></Encrypt></xml>",
        "<xml><Encrypt><Encrypt>QQ==</Encrypt></Encrypt></xml>",
        "<xml><Encrypt><a>QQ==</a></Encrypt></xml>",
        "<xml><Encrypt>Q&#81;==</Encrypt></xml>",
        "<xml><Encrypt><![CDATA[QQ==</Encrypt></xml>",
        "<xml><!-- <Encrypt>QQ==</Encrypt> --></xml>",
    ] {
        assert_eq!(of(body), Err(PushError::Body), "{body}");
    }
}

#[test]
fn a_call_without_its_room_is_none() {
    let message = r#"{"FromUserName":"o","Event":"iot_voip_notify","Action":"join_voip_room","SessionKey":"k"}"#;
    assert_eq!(push::read(message.as_bytes()), Err(PushError::Inner("RoomId")));
    let other = r#"{"MsgType":"text","Content":"hello"}"#;
    assert_eq!(push::read(other.as_bytes()), Ok(Push::Other("text".to_owned())));
}

#[test]
fn a_wechat_user_has_a_name_in_the_call_core_where_its_openid_allows() {
    let address = Address { account: "shop".to_owned(), openid: "o9AgO5Kd5ggOC-bXrbNODIiE3bGY".to_owned() };
    let user = address.user().unwrap();
    assert_eq!(user.as_str(), "wechat:shop:o9AgO5Kd5ggOC-bXrbNODIiE3bGY");
    assert_eq!(Address::of(&user), Some(address.clone()));
    for openid in ["", "o p", "o/p", "öpen", &"o".repeat(200)] {
        assert_eq!(Address { openid: openid.to_owned(), ..address.clone() }.user(), None, "{openid}");
    }
    for user in ["alice", "wechat:", "wechat:shop", "wechat:shop:", "wechat::o"] {
        assert_eq!(Address::of(&UserId::new(user).unwrap()), None, "{user}");
    }
}

#[test]
fn our_mark_in_a_payload_leads_back_to_the_call() {
    let call = CallId(uuid::Uuid::from_u128(7));
    let payload = payload(call);
    assert!(payload.len() < 200);
    assert_eq!(call_of(&payload), Some(call));
    for other in ["", "hello", "hookswitch:", "hookswitch:x"] {
        assert_eq!(call_of(other), None, "{other}");
    }
}

#[test]
fn an_unauthorised_device_is_offline_and_a_stale_token_is_fetched_anew() {
    assert_eq!(meaning(9).remedy, Remedy::End(OFFLINE));
    assert_eq!(meaning(40001).remedy, Remedy::FreshToken);
    assert_eq!(meaning(-1).remedy, Remedy::Again);
    for code in [12, 15, 23, 24] {
        assert!(matches!(meaning(code).remedy, Remedy::End(_)) && meaning(code).advice.len() > 20, "{code}");
    }
    for code in [40013, 40125, 40164] {
        assert!(token_meaning(code).advice.contains("WeChat's console"), "{code}");
    }
}

#[test]
fn a_push_survives_anything() {
    let keys = some_keys();
    let bodies = [
        r#"{"ToUserName":"gh_1","Encrypt":"Q3stYC6hdFzMh9T8HCvyDA=="}"#,
        "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[Q3stYC6hdFzMh9T8HCvyDA==]]></Encrypt></xml>",
        r#"{"FromUserName":"o","CreateTime":1709621375,"MsgType":"event","Event":"iot_voip_notify","Action":"join_voip_room",
            "Payload":"p","RoomId":"r","SessionKey":"k","ServerToken":"t","ModelId":"m","Sn":"1"}"#,
    ];
    crate::fuzz::survives("wechat", &bodies, |text| {
        drop(push::read(text.as_bytes()));
        if let Ok(encrypted) = push::encrypted(text.as_bytes()) {
            drop(keys.open(Stamp { timestamp: "1", nonce: "2" }, "x", &encrypted));
        }
    });
}
