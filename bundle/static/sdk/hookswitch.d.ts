/**
 * hookswitch: calls between people, from a web page. One module, no dependencies.
 *
 * A video call:
 *
 *     import { connect } from '/sdk/hookswitch.js';
 *
 *     const client = await connect({ user: 'alice', password: '…' });
 *     const media = {
 *       localStream: await navigator.mediaDevices.getUserMedia({ audio: true, video: true }),
 *       onRemoteStream: (stream) => { document.querySelector('video').srcObject = stream; },
 *     };
 *     client.on('call', (call) => call.answer({ media }));
 *     client.call('bob', { media });
 *
 * The line is kept by itself: a lost socket is opened again and resumed, what was said meanwhile is replayed, what could not
 * be sent is sent then, once. A page that is reloaded in mid-call gets its call back as a `call` event whose state is `talking`.
 *
 * @module
 */
/** The error codes of the protocol by name. */
export declare const codes: Readonly<{
    SUCCESS: 0;
    BAD_PARAMETER: 21;
    ADDRESS_FORBIDDEN: 113;
    SERVER_DRAINING: 120;
    BAD_LOGIN: 200;
    HOOK_UNREACHABLE: 206;
    HOOK_TIMEOUT: 207;
    NOT_LOGGED_IN: 208;
    LOGGED_IN_ELSEWHERE: 209;
    KICKED: 211;
    TOKEN_INVALID: 215;
    TOKEN_EXPIRED: 220;
    ALREADY_IN_CALL: 440;
    CANCELLED: 100101;
    OFFLINE: 100102;
    BUSY: 100103;
    REFUSED: 100104;
    TIMEOUT: 100105;
    DISCONNECTED: 100106;
    NOT_IN_CALL: 100107;
}>;
/** Bits of a call's `flags`. */
export declare const flags: Readonly<{
    AUDIO: 1;
    VIDEO: 2;
}>;
/**
 * What a code means, in words: `describeCode(100104)` is `refused`. A code that is not the protocol's own was chosen by the
 * application, the other party's or the business server's.
 *
 * @param {number} code
 * @returns {string}
 */
export declare function describeCode(code: number): string;
/** A refusal by the server, with its code. */
export declare class HookswitchError extends Error {
    /** One of `codes`, or an application's own. */
    code: number;
    /**
     * @param {number} code one of `codes`, or an application's own
     * @param {string} [message] plain English
     */
    constructor(code: number, message?: string);
}
export type ConnectionState = 'connecting' | 'online' | 'reconnecting' | 'closed';
export type CallState = 'dialing' | 'ringing' | 'talking' | 'ended';
export type Role = 'caller' | 'callee';
export type SessionDescription = {
    type: 'offer' | 'answer' | 'pranswer' | 'rollback';
    sdp: string;
    /**
     * the sender's peer connection; another one means that its page was loaded anew
     */
    session?: string;
};
export type ConnectOptions = {
    /**
     * of the server's WebSocket; `/ws` of the page's own origin where absent
     */
    url?: string | URL;
    /**
     * who logs in; with a token the token says it
     */
    user?: string;
    password?: string;
    /**
     * a JWT
     */
    token?: string;
    /**
     * asked for a fresh JWT at each login; beats `token`
     */
    getToken?: () => string | Promise<string>;
    /**
     * tells a user's devices apart, ≤ 64 bytes; by default one that the tab keeps across reloads
     */
    device?: string;
    /**
     * how long the first login is tried where the server cannot be reached; 10 000
     */
    connectTimeoutMs?: number;
    /**
     * the first wait before a reconnect, doubled each time, with jitter; 250
     */
    minBackoffMs?: number;
    /**
     * the longest such wait; 5000
     */
    maxBackoffMs?: number;
    /**
     * how long an answer may take before the line is tested, and how long the test; 5000
     */
    replyTimeoutMs?: number;
    /**
     * the constructor, where the environment has none of its own
     */
    WebSocket?: new (url: string) => WebSocket;
};
export type MediaOptions = {
    /**
     * what to send; absent to receive only
     */
    localStream?: MediaStream | Promise<MediaStream> | null;
    /**
     * called with what arrives, again after the other page's reload
     */
    onRemoteStream?: (stream: MediaStream) => void;
    /**
     * of the peer connection
     */
    onConnectionState?: (state: RTCPeerConnectionState) => void;
    /**
     * merged over the server's `ice_servers`
     */
    rtcConfiguration?: RTCConfiguration;
};
export type CallOptions = {
    /**
     * 1 audio, 2 video, and more, relayed untouched; by default 3 with media, else 0
     */
    flags?: number;
    /**
     * the application's own integer
     */
    param?: number;
    /**
     * the application's own text, ≤ 8 KiB
     */
    userStr?: string;
    /**
     * shortens the time that it rings
     */
    ringSecs?: number;
    /**
     * wires WebRTC to the call
     */
    media?: MediaOptions;
    /**
     * an offer of one's own, in place of `media`
     */
    sdp?: SessionDescription;
};
export type AnswerOptions = {
    param?: number;
    userStr?: string;
    /**
     * wires WebRTC to the call
     */
    media?: MediaOptions;
    /**
     * an answer of one's own, in place of `media`
     */
    sdp?: SessionDescription;
};
export type EndOptions = {
    param?: number;
    userStr?: string;
};
export type Closing = {
    errorCode: number;
    /**
     * whether the client will come back by itself
     */
    reconnect: boolean;
    message: string;
};
export type Presence = {
    user: string;
    online: boolean;
};
export type ClientEvents = {
    /**
     * somebody calls (`role` callee, `state` ringing); or a call that this user has already: placed by the
     * business server (`placed`), or found at login after a reload (`restored`, any state)
     */
    call: Call;
    state: ConnectionState;
    presence: Presence;
    /**
     * the server is about to close this session
     */
    closing: Closing;
    /**
     * an error that belongs to no call and no promise
     */
    error: Error;
};
export type CallEvents = {
    state: {
        state: CallState;
        previous: CallState;
    };
    /**
     * what the other party's `call.signal(data)` sent
     */
    signal: unknown;
    ended: {
        errorCode: number;
        reason: string;
    };
    /**
     * WebRTC failed; the call itself goes on
     */
    error: Error;
};
export type Frame = Record<string, any>;
export type RtcSignal = {
    /**
     * the sender's peer connection
     */
    from: string;
    /**
     * the receiver's, as the sender knows it; absent to whoever is there
     */
    to?: string;
    description?: {
        type: RTCSdpType;
        sdp: string;
    };
    candidates?: RTCIceCandidateInit[];
    /**
     * the callee has a new peer connection and asks the caller for an offer
     */
    hello?: boolean;
};
/**
 * Keeps listeners by event name.
 *
 * @template {object} Events
 */
declare class Emitter<Events extends object> {
    #private;
    /**
     * Adds a listener.
     *
     * @template {keyof Events} Name
     * @param {Name} name
     * @param {(event: Events[Name]) => void} listener
     * @returns {() => void} removes it again
     */
    on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void;
    /**
     * Removes a listener.
     *
     * @template {keyof Events} Name
     * @param {Name} name
     * @param {(event: Events[Name]) => void} listener
     */
    off<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): void;
}
export type Entry = {
    frame: Frame;
    /**
     * on some socket, though perhaps in vain
     */
    sent: boolean;
    sentAt: number;
    resolve: (answer: Frame) => void;
    reject: (error: Error) => void;
};
export type LinkHandlers = {
    loggedIn: (frame: Frame, newSession: boolean) => void;
    frame: (frame: Frame) => void;
    state: (state: ConnectionState) => void;
    closing: (closing: Closing) => void;
    error: (error: Error) => void;
    /**
     * for good
     */
    closed: (code: number) => void;
};
/**
 * Logs in. Where the server cannot be reached, tries on for `connectTimeoutMs`.
 *
 * @param {ConnectOptions} options
 * @returns {Promise<Client>} rejects with a `HookswitchError` where the login is refused
 */
export declare function connect(options: ConnectOptions): Promise<Client>;
/**
 * A logged-in user on this device. Made by `connect`.
 *
 * @extends {Emitter<ClientEvents>}
 */
export declare class Client extends Emitter<ClientEvents> {
    #private;
    /** Who is logged in. */
    user: string;
    /** The server's id of this session. */
    session: string;
    /**
     * As `RTCPeerConnection` takes them, with TURN credentials that are valid for a while.
     *
     * @type {RTCIceServer[]}
     */
    iceServers: RTCIceServer[];
    /**
     * Those of the watched users who are online.
     *
     * @type {Set<string>}
     */
    online: Set<string>;
    /** Tells this user's devices apart. */
    device: string;
    /** Whether the line to the server is up. */
    get state(): ConnectionState;
    /** The calls that have not ended; at most one, but for moments. */
    get calls(): Call[];
    /**
     * Calls a user. Calling somebody who is ringing here answers that call.
     *
     * @param {string} user
     * @param {CallOptions} [options]
     * @returns {Call} in state `dialing`
     */
    call(user: string, options?: CallOptions): Call;
    /**
     * Watches the presence of users; `['*']` is everybody, where the server allows it. Kept across reconnects.
     *
     * @param {string[]} users
     * @returns {Promise<string[]>} those who are online
     */
    watch(users: string[]): Promise<string[]>;
    /**
     * @param {string[]} users
     * @returns {Promise<void>}
     */
    unwatch(users: string[]): Promise<void>;
    /** Logs out. A call ends at once, there is no grace. */
    logout(): void;
}
/**
 * One call, as this party sees it. Made by `client.call`, or handed over by the client's `call` event.
 *
 * @extends {Emitter<CallEvents>}
 */
export declare class Call extends Emitter<CallEvents> {
    #private;
    /**
     * The server's id; null until it has answered.
     *
     * @type {string | null}
     */
    id: string | null;
    /**
     * The other party. Where the business server routes the call elsewhere, it changes.
     *
     * @type {string}
     */
    user: string;
    /** @type {Role} */
    role: Role;
    /**
     * As relayed: 1 audio, 2 video, …
     *
     * @type {number}
     */
    flags: number;
    /**
     * The application's own integer of the request.
     *
     * @type {number}
     */
    param: number;
    /**
     * The application's own text of the request.
     *
     * @type {string}
     */
    userStr: string;
    /**
     * The room number; 0 until start.
     *
     * @type {number}
     */
    room: number;
    /**
     * How the other party is connected: `native`, `verto`, …; null until known.
     *
     * @type {string | null}
     */
    door: string | null;
    /**
     * The caller's offer, where it came with the request.
     *
     * @type {SessionDescription | null}
     */
    offer: SessionDescription | null;
    /** The business server placed this call in the user's name. */
    placed: boolean;
    /** Found at login: the page was loaded anew, or another device of this user is being rung. */
    restored: boolean;
    /** The code with which it ended; 0 until then. */
    errorCode: number;
    /** Why it ended, one word of the protocol; empty until then. */
    reason: string;
    get state(): CallState;
    /**
     * The peer connection in use, for statistics and for `replaceTrack`; another one after a reload of the other page. Null
     * until there is one.
     *
     * @returns {RTCPeerConnection | null}
     */
    get peerConnection(): RTCPeerConnection | null;
    /**
     * Wires WebRTC to the call: offer, answer, candidates, ICE restarts, and a new start after a reload of either page. Needed
     * only where it was not given to `client.call` or `answer`.
     *
     * @param {MediaOptions} options
     * @returns {CallMedia}
     */
    media(options: MediaOptions): CallMedia;
    /**
     * Accepts an incoming call. On one that was placed for this user, or found again after a reload, attaches the media only.
     *
     * @param {AnswerOptions} [options]
     * @returns {Promise<void>} once the server has heard it; state `talking` follows by itself
     */
    answer(options?: AnswerOptions): Promise<void>;
    /**
     * Refuses an incoming call.
     *
     * @param {number} [code] what the caller gets
     * @param {EndOptions} [options]
     * @returns {Promise<void>}
     */
    decline(code?: number, options?: EndOptions): Promise<void>;
    /**
     * Takes back an outgoing call that nobody has answered.
     *
     * @param {EndOptions} [options]
     * @returns {Promise<void>}
     */
    cancel(options?: EndOptions): Promise<void>;
    /**
     * Ends the call, whatever state it is in: cancels, declines or hangs up.
     *
     * @param {number} [code] what the other party gets, where the call was talking
     * @param {EndOptions} [options]
     * @returns {Promise<void>}
     */
    hangup(code?: number, options?: EndOptions): Promise<void>;
    /**
     * Sends any JSON to the other party's device; it arrives as a `signal` event. May arrive twice where the server was
     * restarted meanwhile.
     *
     * @param {unknown} data
     * @returns {Promise<void>}
     */
    signal(data: unknown): Promise<void>;
}
/**
 * The WebRTC side of a call. Made by `call.media`, `client.call` or `call.answer`.
 *
 * A first offer and answer ride on request, reply and start; everything later goes by signal. Each peer connection has an id,
 * which every signal names: one that comes from an unknown peer connection says that the other page was loaded anew, and one
 * that is addressed to a former one is void. Only the caller offers on a new peer connection, the callee asks it to; within a
 * pair of peer connections both may offer, and the callee gives way.
 */
export declare class CallMedia {
    #private;
    /**
     * What arrives from the other party.
     *
     * @type {MediaStream | null}
     */
    remoteStream: MediaStream | null;
    /** The peer connection in use; another one after a reload of the other page. Null until there is one. */
    get peerConnection(): RTCPeerConnection | null;
    /** Ends the WebRTC side; done by itself when the call ends. The local stream stays the application's. */
    close(): void;
}
export {};
