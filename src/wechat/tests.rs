//! Names and lists. What goes over the network is tested on the running server.

use super::*;
use crate::{
    config::{self, Flags, Sources},
    protocol::ids::UserId,
};

fn configuration(text: &str, dev: bool) -> Config {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("t.toml");
    std::fs::write(&file, text).unwrap();
    let flags = Flags { dev, ..Flags::default() };
    config::load(&Sources { file: Some(file), flags, ..Sources::default() }).unwrap().config
}

fn account(rest: &str) -> Arc<Account> {
    let text = format!("[[wechat.account]]\nname = \"shop\"\nsimulated = true\n{rest}");
    WeChat::new(&configuration(&text, false)).unwrap().account("shop").unwrap()
}

#[test]
fn a_device_is_the_user_that_the_template_makes_of_its_serial_number_and_back() {
    for (template, sn, user) in [("{sn}", "A1", "A1"), ("dev-{sn}@lobby", "7", "dev-7@lobby"), ("x:{sn}", "{sn}", "")] {
        let account = account(&format!("device_user = \"{template}\""));
        let made = account.user_of_sn(sn);
        assert_eq!(made.as_ref().map_or("", UserId::as_str), user, "{template}");
        if let Some(made) = made {
            assert_eq!(account.sn_of_user(&made).as_deref(), Some(sn), "{template}");
        }
    }
    let account = account("device_user = \"dev-{sn}\"");
    for none in ["", "a b", "é", &"x".repeat(128)] {
        assert_eq!(account.user_of_sn(none), None, "{none}");
    }
    for none in ["7", "dev-", "DEV-7"] {
        assert_eq!(account.sn_of_user(&UserId::new(none).unwrap()), None, "{none}");
    }
    let bare = self::account("");
    assert_eq!(bare.user_of_sn("wechat:shop:o1"), None, "a serial number makes no WeChat user");
}

#[test]
fn development_mode_has_an_account_of_its_own_whose_users_are_played() {
    assert!(WeChat::new(&configuration("", false)).unwrap().views().is_empty());
    let dev = WeChat::new(&configuration("", true)).unwrap();
    let [view] = &*dev.views() else { panic!("one account") };
    assert_eq!((view.name.as_str(), view.simulated, &view.push_path, &view.token), ("dev", true, &None, &None));
    assert_eq!(dev.account("dev").unwrap().user_of_sn("alice"), UserId::new("alice").ok());
    let own = "[[wechat.account]]\nname = \"dev\"\nsimulated = true\ndevice_user = \"x{sn}\"\n";
    let own = WeChat::new(&configuration(own, true)).unwrap();
    assert_eq!(own.views().len(), 1);
    assert_eq!(own.account("dev").unwrap().user_of_sn("1"), UserId::new("x1").ok());
}

#[test]
fn a_reload_keeps_the_accounts_that_are_as_they_were() {
    let text = |template| {
        let account = |name: &str, template: &str| {
            format!("[[wechat.account]]\nname = \"{name}\"\nsimulated = true\ndevice_user = \"{template}\"\n")
        };
        configuration(&format!("{}{}", account("a", "{sn}"), account("b", template)), false)
    };
    let wechat = WeChat::new(&text("{sn}")).unwrap();
    let (a, b) = (wechat.account("a").unwrap(), wechat.account("b").unwrap());
    wechat.reload(&text("x{sn}")).unwrap();
    assert!(Arc::ptr_eq(&a, &wechat.account("a").unwrap()));
    assert!(!Arc::ptr_eq(&b, &wechat.account("b").unwrap()));
    wechat.reload(&configuration("", false)).unwrap();
    assert!(wechat.account("a").is_none());
}
