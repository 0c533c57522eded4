//! The values that labels may have.

macro_rules! label {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// Its name as the label of a metric.
            #[must_use]
            pub fn label(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }
    };
}

label! {
    /// A limit of the configuration that somebody ran into.
    Limit {
        /// Logins per address and minute.
        Logins = "logins",
        /// A failed login: the user's next one from there waits longer.
        FailedLogin = "failed_login",
        /// No login in time.
        LoginTimeout = "login_timeout",
        /// Connections that have not logged in.
        Unauthenticated = "unauthenticated",
        /// Frames per second of a session.
        Frames = "frames",
        /// The size of a frame.
        FrameBytes = "frame_bytes",
        /// The size of a REST body.
        BodyBytes = "body_bytes",
        /// Sessions of one user.
        SessionsPerUser = "sessions_per_user",
        /// Sessions from one address.
        SessionsPerAddress = "sessions_per_address",
        /// A browser origin that is not allowed.
        Origin = "origin",
        /// Questions in flight to one veto hook.
        WebhooksInFlight = "webhooks_in_flight",
    }
}

label! {
    /// What a WebSocket connection is.
    ConnectionState {
        /// It has not logged in yet.
        Unauthenticated = "unauthenticated",
        /// It carries a session.
        Ready = "ready",
    }
}

label! {
    /// What became of a WebSocket connection. Each counts once; a session that is resumed over several counts for each.
    ConnectionResult {
        /// A new session.
        LoggedIn = "logged_in",
        /// An old session continued.
        Resumed = "resumed",
        /// Wrong name, password or token.
        Denied = "denied",
        /// Turned away: a limit, an origin, a draining server.
        Refused = "refused",
        /// Gone, or given up, before any login.
        Abandoned = "abandoned",
    }
}

/// Labels whose counters are made ahead.
macro_rules! all {
    ($name:ident: $($variant:ident)*) => {
        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];
        }
    };
}

all!(Limit: Unauthenticated SessionsPerUser SessionsPerAddress WebhooksInFlight Logins FailedLogin LoginTimeout Frames FrameBytes
    BodyBytes Origin);
all!(Heard: Login Call Signal Watch Unwatch Ping Logout Unreadable);
all!(Said: LoggedIn Ok Error Pong Call Signal Presence Closing);

label! {
    /// A frame from a client.
    Heard {
        /// `login`
        Login = "login",
        /// `call`
        Call = "call",
        /// `signal`
        Signal = "signal",
        /// `watch`
        Watch = "watch",
        /// `unwatch`
        Unwatch = "unwatch",
        /// `ping`
        Ping = "ping",
        /// `logout`
        Logout = "logout",
        /// One that could not be read.
        Unreadable = "unreadable",
    }
}

label! {
    /// A frame to a client.
    Said {
        /// `logged_in`
        LoggedIn = "logged_in",
        /// `ok`
        Ok = "ok",
        /// `error`
        Error = "error",
        /// `pong`
        Pong = "pong",
        /// `call`
        Call = "call",
        /// `signal`
        Signal = "signal",
        /// `presence`
        Presence = "presence",
        /// `closing`
        Closing = "closing",
    }
}

label! {
    /// How one try to deliver an event ended.
    Delivery {
        /// Acknowledged.
        Delivered = "delivered",
        /// Failed; to be tried again.
        Retry = "retry",
        /// Given up.
        Dead = "dead",
    }
}
