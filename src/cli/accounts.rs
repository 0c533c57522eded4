//! `key`, `user` and `token`: they open the store or the kept secret themselves, whether or not a server runs.

use std::{
    io::{self, IsTerminal as _},
    path::Path,
    time::Duration,
};

use clap::{Args, Subcommand};
use rusqlite::{Connection, TransactionBehavior};
use uuid::Uuid;

use super::{
    StoreArgs,
    output::{CliError, printable, remark, say},
};
use crate::{
    auth::{KEPT_SECRET_FILE, Scope, UserTokens, passwords},
    clock,
    protocol::ids::UserId,
    store::{self, AuditRow, KeyRow},
};

const KEY_EXAMPLES: &str = "\
Examples:
  hookswitch key new --scope admin --name 'business server'
  KEY=$(hookswitch key new --scope read)       only the key goes to standard output";

#[derive(Debug, Subcommand)]
pub(super) enum KeyCommand {
    /// Make a key and print it, this once
    #[command(after_help = KEY_EXAMPLES)]
    New {
        /// What it may do: read, control (also places and ends calls), admin (also accounts, tokens, webhooks)
        #[arg(long, value_parser = scope, value_name = "read|control|admin")]
        scope: Scope,
        /// What it is for, in your own words
        #[arg(long, default_value = "", hide_default_value = true)]
        name: String,
        #[command(flatten)]
        store: StoreArgs,
    },
    /// List the keys: id, scope, when it was made, name
    List {
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Revoke a key, at once
    Revoke {
        /// Its id, as the list shows it
        id: Uuid,
        #[command(flatten)]
        store: StoreArgs,
    },
}

const USER_EXAMPLES: &str = "\
Examples:
  hookswitch user add alice                    asks for the password
  hookswitch user add alice < password.txt     reads it from the first line";

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Make an account, or give an account a new password
    #[command(after_help = USER_EXAMPLES)]
    Add {
        /// The user
        #[arg(value_parser = user_id)]
        user: UserId,
        #[command(flatten)]
        store: StoreArgs,
    },
}

#[derive(Debug, Args)]
pub(super) struct TokenArgs {
    /// The user that it speaks for
    #[arg(value_parser = user_id)]
    user: UserId,
    /// How long it is good for, in seconds
    #[arg(long, value_parser = ttl, default_value = "3600", value_name = "SECONDS")]
    ttl_secs: Duration,
    #[command(flatten)]
    store: StoreArgs,
}

fn scope(name: &str) -> Result<Scope, &'static str> {
    Scope::parse(name).ok_or("a scope is read, control or admin")
}

pub(super) fn user_id(name: &str) -> Result<UserId, String> {
    UserId::new(name).map_err(|error| error.to_string())
}

fn ttl(text: &str) -> Result<Duration, &'static str> {
    let secs = text.parse().ok().and_then(|secs| Duration::try_from_secs_f64(secs).ok());
    secs.filter(|span| !span.is_zero()).ok_or("a number of seconds above 0, as 3600 or 0.5")
}

pub(super) fn key(command: KeyCommand) -> Result<(), CliError> {
    match command {
        KeyCommand::New { scope, name, store } => {
            let data_dir = store.load()?.config.store.data_dir;
            let (text, row) = store::keys::make(scope, name)?;
            audited(&mut store::open_cli(&data_dir)?, "keys_new", format!("keys/{}", row.id), |db| {
                store::keys::insert(db, &row).map(Some)
            })?;
            say(&text)?;
            remark(&format!(
                "Keep it: it is not shown again. Scope {}, id {}, store {}.",
                scope.as_str(),
                row.id,
                std::path::absolute(&data_dir)?.display()
            ))
        }
        KeyCommand::List { store } => {
            let db = open_existing(store)?;
            for KeyRow { id, scope, name, created_at, .. } in store::keys::all(&db)? {
                let line = format!("{id}  {:7}  {}  {name}", scope.as_str(), created_at.to_rfc3339());
                say(&printable(line.trim_end()))?;
            }
            Ok(())
        }
        KeyCommand::Revoke { id, store } => {
            let revoke = |db: &Connection| Ok(store::keys::delete(db, id)?.then_some(()));
            if audited(&mut open_existing(store)?, "keys_revoke", format!("keys/{id}"), revoke)?.is_some() {
                return remark("revoked");
            }
            Err(CliError::Said(format!("there is no key {id}; `hookswitch key list` shows those there are")))
        }
    }
}

/// Does a change together with its row in the audit; none where `change` says that there was nothing to do.
fn audited<T>(
    db: &mut Connection,
    action: &str,
    target: String,
    change: impl FnOnce(&Connection) -> rusqlite::Result<Option<T>>,
) -> rusqlite::Result<Option<T>> {
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = change(&tx)?;
    if done.is_some() {
        store::audit::insert(&tx, &AuditRow::by_command_line(clock::wall(), action, target))?;
    }
    tx.commit()?;
    Ok(done)
}

/// The store, for what makes no sense in a new one.
fn open_existing(store: StoreArgs) -> Result<Connection, CliError> {
    let data_dir = store.load()?.config.store.data_dir;
    must_be_used(&data_dir)?;
    Ok(store::open_cli(&data_dir)?)
}

/// Refuses a folder in which no server has been: most likely its name is misspelt.
fn must_be_used(data_dir: &Path) -> Result<(), CliError> {
    if store::is_in(data_dir) || data_dir.join(KEPT_SECRET_FILE).exists() {
        return Ok(());
    }
    let folder = std::path::absolute(data_dir)?;
    let folder = folder.display();
    Err(CliError::Said(format!(
        "{folder} is no data folder: start the server on it once, or name another with --data-dir"
    )))
}

pub(super) fn user(command: UserCommand) -> Result<(), CliError> {
    let UserCommand::Add { user, store } = command;
    let data_dir = store.load()?.config.store.data_dir;
    let hash = passwords::hash_blocking(&ask_password(&user)?)?;
    let mut db = store::open_cli(&data_dir)?;
    let created = audited(&mut db, "users_put", format!("users/{}", user.as_str()), |db| {
        store::accounts::put(db, &user, &hash, clock::wall()).map(Some)
    })?;
    let done = if created == Some(true) { "made the account" } else { "gave a new password to" };
    remark(&format!("{done} {}", user.as_str()))
}

/// A password from the terminal, twice, or from the first line of whatever else standard input is.
fn ask_password(user: &UserId) -> Result<String, CliError> {
    let password = if io::stdin().is_terminal() {
        let password = rpassword::prompt_password(format!("Password of {}: ", user.as_str()))?;
        if password != rpassword::prompt_password("Once more: ")? {
            return Err(CliError::Said("the two passwords differ".into()));
        }
        password
    } else {
        let mut line = String::new();
        io::stdin().read_line(&mut line)?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    if password.is_empty() {
        return Err(CliError::Said("the password is empty".into()));
    }
    Ok(password)
}

pub(super) fn token(args: TokenArgs) -> Result<(), CliError> {
    let config = args.store.load()?.config;
    if config.auth.has_no_key() {
        must_be_used(&config.store.data_dir)?;
    }
    let tokens = UserTokens::new(&config.auth, &config.store.data_dir)?;
    let (token, _) = tokens.mint(&args.user, args.ttl_secs, clock::wall())?;
    say(&token)
}
