// @ts-check
// The pictures of a call, what goes on in words, and the buttons for it.

import { html } from '/ui/html.js';
import { useEffect, useRef, useState } from '/vendor/hooks.js';
import { Avatar } from '/demo/avatar.js';
import { useModel } from '/demo/model.js';
import { say } from '/demo/settings.js';
import { tellCall, tellEnd, tellProblem } from '/demo/words.js';

/**
 * @typedef {import('/demo/person.js').Person} Person
 *
 * @typedef {object} StageProps
 * @property {Person} person
 * @property {number} ringTimeoutSecs the server's
 * @property {any} [offer] shown while nobody is on the line
 */

/** @param {StageProps} props */
export function Stage({ person, ringTimeoutSecs, offer }) {
  useModel(person);
  const { call, remote, sending } = person;
  const isTalking = call?.state === 'talking';
  const isIncoming = call?.role === 'callee' && call.state === 'ringing';
  const isOutgoing = call !== null && call.role === 'caller' && !isTalking;
  const classes = ['stage', call ? 'live' : '', call && !isTalking ? 'pulse' : ''].join(' ');
  const isTroubled = isTalking && (person.mediaState === 'disconnected' || person.mediaState === 'failed');
  return html`
    <section class=${classes} aria-label=${say('stage')}>
      <${Remote} stream=${remote} isQuiet=${person.options.isSilent} speaker=${sending.speaker} />
      <${Curtain} person=${person} isHidden=${isTalking && remote !== null} ringTimeoutSecs=${ringTimeoutSecs} offer=${offer} />
      <span class="tag top" hidden=${!isTalking}>${call?.user}</span>
      <p class="toast" role="status" hidden=${!isTroubled}>${say('mediaLost')}</p>
      <${Local} person=${person} />
      <div class="controls">
        <${DeviceButtons} person=${person} isHidden=${!isTalking} hasPicture=${person.wechat === null} />
        <button type="button" class="round go" data-testid="answer" hidden=${!isIncoming} disabled=${isIncoming && sending.isAsking}
          onClick=${() => person.answer()}>${say('answer')}</button>
        <button type="button" class="round stop" data-testid="decline" hidden=${!isIncoming} onClick=${() => person.decline()}>${say('decline')}</button>
        <button type="button" class="round stop" data-testid="cancel" hidden=${!isOutgoing} onClick=${() => person.cancel()}>${say('cancel')}</button>
        <button type="button" class="round stop" data-testid="hangup" hidden=${!isTalking} onClick=${() => person.hangUp()}>${say('hangUp')}</button>
      </div>
    </section>`;
}

/** @param {{ person: Person, isHidden: boolean, hasPicture: boolean }} props */
function DeviceButtons({ person, isHidden, hasPicture }) {
  const { sending } = person;
  const canShare = hasPicture && Boolean(navigator.mediaDevices?.getDisplayMedia);
  // Whoever closes the browser's own dialog has changed their mind; nothing is wrong.
  const share = () => sending.toggleScreen(person.connection).catch(() => {});
  return html`
    <button type="button" class="round" id="mic" aria-pressed=${sending.isMuted} hidden=${isHidden} onClick=${() => sending.toggleMicrophone()}>
      ${say(sending.isMuted ? 'unmute' : 'mute')}</button>
    <button type="button" class="round" id="cam" aria-pressed=${sending.isCameraOff} hidden=${isHidden || !hasPicture} onClick=${() => sending.toggleCamera()}>
      ${say(sending.isCameraOff ? 'cameraOn' : 'cameraOff')}</button>
    <button type="button" class="round" id="share" aria-pressed=${sending.isSharing} hidden=${isHidden || !canShare} onClick=${share}>
      ${say(sending.isSharing ? 'shareEnd' : 'share')}</button>`;
}

/** @param {{ stream: MediaStream | null, isQuiet: boolean, speaker: string }} props */
function Remote({ stream, isQuiet, speaker }) {
  const video = useRef(/** @type {HTMLVideoElement | null} */ (null));
  const [isMuted, setMuted] = useState(false);
  useEffect(() => {
    const screen = video.current;
    if (!screen) return;
    screen.srcObject = stream;
    screen.muted = isQuiet;
    setMuted(false);
    if (!stream) return;
    screen.play().catch((error) => {
      // Before the first click a page may show pictures, but not sound.
      if (!(error instanceof DOMException) || error.name !== 'NotAllowedError') return;
      screen.muted = true;
      setMuted(true);
      screen.play().catch(() => {});
    });
  }, [stream, isQuiet]);
  useEffect(() => {
    const screen = /** @type {any} */ (video.current);
    if (screen?.setSinkId && (speaker || screen.sinkId)) screen.setSinkId(speaker).catch(() => {});
  }, [speaker]);
  const unmute = () => {
    if (video.current) video.current.muted = false;
    setMuted(false);
  };
  return html`
    <video class="remote" data-testid="remote-video" id="remote-video" ref=${video} autoplay playsinline></video>
    <button type="button" class="pill sound" hidden=${!isMuted} onClick=${unmute}>${say('soundOn')}</button>`;
}

/** @param {{ person: Person }} props */
function Local({ person }) {
  const { local, isSharing } = person.sending;
  const video = useRef(/** @type {HTMLVideoElement | null} */ (null));
  useEffect(() => {
    if (video.current) video.current.srcObject = local?.stream ?? null;
  }, [local?.stream]);
  const isPlain = isSharing || Boolean(local?.drawnBecause);
  return html`
    <figure class=${`local ${isPlain ? 'plain' : ''}`} hidden=${!local?.stream.getVideoTracks().length}>
      <video data-testid="local-video" id="local-video" ref=${video} autoplay playsinline muted></video>
      <figcaption class="tag">${say(isSharing ? 'yourScreen' : 'you')}</figcaption>
    </figure>`;
}

/** @param {{ person: Person, isHidden: boolean, ringTimeoutSecs: number, offer: any }} props */
function Curtain({ person, isHidden, ringTimeoutSecs, offer }) {
  const { call, last, sending } = person;
  const { headline, advice } = call ? tellCall(call, sending.isAsking) : last ? tellEnd(last) : tellIdle(person);
  const isRinging = call?.state === 'ringing';
  return html`
    <div class="curtain" hidden=${isHidden}>
      <span class="portrait">
        <${Avatar} user=${(call ?? last)?.user ?? person.user} />
        ${isRinging ? html`<${Countdown} since=${person.callSince} seconds=${person.ringSecs ?? ringTimeoutSecs} />` : null}
      </span>
      <p class="headline">${headline}</p>
      <p class="fine">${call && person.mediaProblem ? tellProblem(person.mediaProblem) : advice}</p>
      ${call ? null : offer}
    </div>`;
}

/** @param {{ since: number, seconds: number }} props */
function Countdown({ since, seconds }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, []);
  const left = Math.max(0, seconds - (now - since) / 1000);
  return html`
    <svg class="countdown" viewBox="0 0 40 40" aria-hidden="true">
      <circle cx="20" cy="20" r="18.5" />
      <circle class="left" cx="20" cy="20" r="18.5" pathLength="100" stroke-dasharray=${`${(left / seconds) * 100} 100`} />
    </svg>
    <span class="seconds" title=${say('ringsFor', { seconds })}>${Math.ceil(left)} s</span>`;
}

/** @param {Person} person */
function tellIdle({ others, isListed }) {
  const advice = others[0] ? say('callOrWait', { user: others[0] }) : say(isListed ? 'firstHere' : 'byName');
  return { headline: say('nobodyOnLine'), advice };
}
