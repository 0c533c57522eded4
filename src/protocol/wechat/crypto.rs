//! Security mode of the message push: SHA-1 signatures over sorted parts, AES-256-CBC with a key that is its own IV.

use std::fmt;

use aes::Aes256;
use base64::{
    Engine as _, alphabet,
    engine::{GeneralPurpose, GeneralPurposeConfig},
    prelude::BASE64_STANDARD,
};
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _, block_padding::NoPadding};
use sha1::{Digest as _, Sha1};
use subtle::ConstantTimeEq as _;

/// Length of an EncodingAESKey as the console shows it. Unit: characters.
const ENCODED_KEY_CHARS: usize = 43;
/// What plaintexts are filled up to, and the most padding there is. Unit: bytes.
const PADDED_TO: usize = 32;
/// Random bytes in front of each message.
const RANDOM_BYTES: usize = 16;
/// The message's length behind them, big-endian.
const LENGTH_BYTES: usize = 4;

/// Three of four keys end in a character whose lowest two bits are not zero, which strict decoders refuse.
const LAX: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// Why a push was refused. None of it tells anything of the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    /// Somebody else's, or changed on its way.
    #[error("the signature does not fit")]
    Signature,
    /// The ciphertext is not base64.
    #[error("the ciphertext is not base64")]
    Base64,
    /// The ciphertext is empty or no whole number of blocks.
    #[error("the ciphertext has no whole blocks")]
    Blocks,
    /// The padding is none.
    #[error("the padding is wrong")]
    Padding,
    /// What was decrypted has no message in it.
    #[error("the decrypted text is cut short")]
    Length,
    /// Meant for another app.
    #[error("the message is for another appid")]
    Appid,
    /// The body is neither of the two forms.
    #[error("the body is neither JSON nor XML with an `Encrypt` member")]
    Body,
    /// The decrypted message is neither JSON nor XML, or lacks a member that every call needs.
    #[error("the decrypted message is no event: {0}")]
    Inner(&'static str),
}

/// An EncodingAESKey that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an EncodingAESKey has 43 letters and digits, as WeChat's console shows it")]
pub struct KeyError;

/// The EncodingAESKey of an account, decoded.
#[derive(Clone)]
pub struct AesKey([u8; 32]);

impl fmt::Debug for AesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AesKey(…)")
    }
}

impl AesKey {
    /// Decodes a key as WeChat's console shows it.
    ///
    /// # Errors
    /// [`KeyError`] where it has another length or other characters.
    pub fn decode(text: &str) -> Result<Self, KeyError> {
        if text.len() != ENCODED_KEY_CHARS {
            return Err(KeyError);
        }
        let bytes = LAX.decode(format!("{text}=")).map_err(|_| KeyError)?;
        Ok(Self(bytes.try_into().map_err(|_| KeyError)?))
    }

    fn iv(&self) -> &[u8] {
        self.0.get(..16).unwrap_or_default()
    }
}

/// What one account's pushes are checked with.
#[derive(Clone)]
pub struct PushKeys {
    /// Signs.
    pub token: String,
    /// Encrypts.
    pub aes_key: AesKey,
    /// Stands at the end of each message: the mini program's, or the third-party platform's.
    pub appid: String,
}

impl fmt::Debug for PushKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PushKeys").field("appid", &self.appid).finish_non_exhaustive()
    }
}

/// What stands in a push's query beside its signature.
#[derive(Debug, Clone, Copy)]
pub struct Stamp<'a> {
    /// As sent.
    pub timestamp: &'a str,
    /// As sent.
    pub nonce: &'a str,
}

impl PushKeys {
    /// Whether WeChat itself asks to verify the address, as when an operator saves it in the console.
    #[must_use]
    pub fn is_verification(&self, stamp: Stamp<'_>, signature: &str) -> bool {
        same(&sign(&[&self.token, stamp.timestamp, stamp.nonce]), signature)
    }

    /// Decrypts a message that is WeChat's.
    ///
    /// # Errors
    /// [`PushError`]. The signature is checked before anything else is looked at.
    pub fn open(&self, stamp: Stamp<'_>, msg_signature: &str, encrypted: &str) -> Result<Vec<u8>, PushError> {
        if !same(&sign(&[&self.token, stamp.timestamp, stamp.nonce, encrypted]), msg_signature) {
            return Err(PushError::Signature);
        }
        let mut bytes = BASE64_STANDARD.decode(encrypted).map_err(|_| PushError::Base64)?;
        if bytes.is_empty() {
            return Err(PushError::Blocks);
        }
        let cipher = cbc::Decryptor::<Aes256>::new_from_slices(&self.aes_key.0, self.aes_key.iv());
        let plain = cipher
            .map_err(|_| PushError::Blocks)?
            .decrypt_padded::<NoPadding>(&mut bytes)
            .map_err(|_| PushError::Blocks)?;
        let (message, appid) = split(unpad(plain)?)?;
        if appid == self.appid.as_bytes() { Ok(message.to_vec()) } else { Err(PushError::Appid) }
    }

    /// Encrypts and signs a message as WeChat does; for whoever plays WeChat. `random` must be fresh.
    ///
    /// # Errors
    /// Where the message is longer than a length of four bytes can say.
    pub fn seal(&self, stamp: Stamp<'_>, random: [u8; RANDOM_BYTES], message: &str) -> Result<Sealed, PushError> {
        let length = u32::try_from(message.len()).map_err(|_| PushError::Length)?;
        let mut plain = [&random[..], &length.to_be_bytes(), message.as_bytes(), self.appid.as_bytes()].concat();
        let padding = PADDED_TO - plain.len() % PADDED_TO;
        let filled = plain.len() + padding;
        plain.resize(filled, u8::try_from(padding).unwrap_or_default());
        let cipher = cbc::Encryptor::<Aes256>::new_from_slices(&self.aes_key.0, self.aes_key.iv());
        let bytes = cipher
            .map_err(|_| PushError::Blocks)?
            .encrypt_padded::<NoPadding>(&mut plain, filled)
            .map_err(|_| PushError::Blocks)?;
        let encrypt = BASE64_STANDARD.encode(bytes);
        let msg_signature = sign(&[&self.token, stamp.timestamp, stamp.nonce, &encrypt]);
        Ok(Sealed { encrypt, msg_signature })
    }
}

/// A message as it travels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The ciphertext, base64.
    pub encrypt: String,
    /// Its signature, lower-case hex.
    pub msg_signature: String,
}

/// SHA-1 over the parts in byte order, as lower-case hex.
fn sign(parts: &[&str]) -> String {
    let mut sorted = parts.to_vec();
    sorted.sort_unstable();
    let digest = Sha1::digest(sorted.concat());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn same(ours: &str, theirs: &str) -> bool {
    ours.as_bytes().ct_eq(theirs.as_bytes()).into()
}

/// WeChat pads to 32 bytes, so that PKCS#7 for blocks of 16 does not fit.
fn unpad(plain: &[u8]) -> Result<&[u8], PushError> {
    let padding = usize::from(*plain.last().ok_or(PushError::Padding)?);
    let end =
        plain.len().checked_sub(padding).filter(|_| (1..=PADDED_TO).contains(&padding)).ok_or(PushError::Padding)?;
    let (text, filling) = plain.split_at(end);
    if filling.iter().all(|byte| usize::from(*byte) == padding) { Ok(text) } else { Err(PushError::Padding) }
}

/// The message and the appid behind it.
fn split(text: &[u8]) -> Result<(&[u8], &[u8]), PushError> {
    let rest = text.get(RANDOM_BYTES..).ok_or(PushError::Length)?;
    let (length, rest) = rest.split_first_chunk::<LENGTH_BYTES>().ok_or(PushError::Length)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| PushError::Length)?;
    rest.split_at_checked(length).ok_or(PushError::Length)
}
