use hookswitch::{
    clock,
    protocol::{record::Timestamp, scope::Scope},
    store::{KeyRow, StoreError, keys},
};
use uuid::Uuid;

use crate::fixture::{open, user};

#[tokio::test]
async fn accounts_are_made_changed_listed_and_removed() {
    let (_dir, store) = open();
    let begun = clock::wall();
    assert!(store.put_account(user("bob"), "$one".to_owned()).await.unwrap());
    assert!(store.put_account(user("alice"), "$two".to_owned()).await.unwrap());
    assert!(!store.put_account(user("bob"), "$three".to_owned()).await.unwrap());
    assert_eq!(store.account_hash(user("bob")).await.unwrap().as_deref(), Some("$three"));
    assert_eq!(store.account_hash(user("nobody")).await.unwrap(), None);
    let all = store.accounts(None, 10).await.unwrap();
    assert_eq!(all.iter().map(|account| account.user.as_str()).collect::<Vec<_>>(), ["alice", "bob"]);
    assert!(all.iter().all(|account| begun <= account.created_at && account.created_at <= account.updated_at));
    assert_eq!(store.accounts(None, 1).await.unwrap(), all[..1]);
    assert_eq!(store.accounts(Some(user("alice")), 10).await.unwrap(), all[1..]);
    assert!(store.delete_account(user("bob")).await.unwrap());
    assert!(!store.delete_account(user("bob")).await.unwrap());
    assert_eq!(store.accounts(None, 10).await.unwrap(), all[..1]);
}

#[tokio::test]
async fn keys_are_found_by_their_hash_and_gone_when_deleted() {
    let (_dir, store) = open();
    let all: Vec<KeyRow> = Scope::ALL
        .into_iter()
        .enumerate()
        .map(|(n, scope)| KeyRow {
            id: Uuid::from_u128(7 - n as u128),
            hash: [n as u8; 32],
            scope,
            name: format!("key {n}"),
            created_at: Timestamp(n as i64),
        })
        .collect();
    let add = async |key: &KeyRow| {
        let key = key.clone();
        store.write(move |tx| keys::insert(tx, &key)).await
    };
    for key in &all {
        add(key).await.unwrap();
    }
    assert_eq!(store.read(keys::all).await.unwrap(), all);
    assert_eq!(store.key_by_hash([1; 32]).await.unwrap().as_ref(), Some(&all[1]));
    assert_eq!(store.key_by_hash([9; 32]).await.unwrap(), None);
    assert!(matches!(add(&all[0]).await, Err(StoreError::Sqlite(_))));
    let id = all[1].id;
    assert!(store.write(move |tx| keys::delete(tx, id)).await.unwrap());
    assert!(!store.write(move |tx| keys::delete(tx, id)).await.unwrap());
    assert_eq!(store.key_by_hash([1; 32]).await.unwrap(), None);
    assert!(!format!("{:?}", all[2]).contains("hash"));
}
