// @ts-check
// Which camera, microphone and loudspeaker.

import { html } from '/ui/html.js';
import { useEffect, useState } from '/vendor/hooks.js';
import { useModel } from '/demo/model.js';
import { say } from '/demo/settings.js';
import { tellProblem } from '/demo/words.js';

const canChooseSpeaker = 'setSinkId' in HTMLMediaElement.prototype;

/** @param {{ person: import('/demo/person.js').Person }} props */
export function Devices({ person }) {
  const { sending } = useModel(person);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    const list = () => void sending.listDevices();
    list();
    navigator.mediaDevices?.addEventListener('devicechange', list);
    return () => navigator.mediaDevices?.removeEventListener('devicechange', list);
  }, []);
  /** @param {'video' | 'audio'} kind */
  const choose = (kind) => async (/** @type {Event} */ event) => {
    setProblem('');
    const { value } = /** @type {HTMLSelectElement} */ (event.currentTarget);
    if (!value) return;
    try {
      await sending.choose(kind, value, person.connection);
    } catch (error) {
      setProblem(tellProblem(error));
    }
  };
  const of = (/** @type {MediaDeviceKind} */ kind) => sending.devices.filter((device) => device.kind === kind);
  const used = (/** @type {'video' | 'audio'} */ kind) => sending.local?.stream.getTracks().find((track) => track.kind === kind)?.getSettings().deviceId ?? '';
  const isIdle = sending.local === null;
  return html`
    <div class="stack" data-testid="devices">
      <p class="fine">${say(isIdle ? 'devicesIdle' : 'devicesHint')}</p>
      <div class="selects">
        <label>${say('cameraDevice')} <${Choice} devices=${of('videoinput')} value=${used('video')} isOff=${isIdle} onChange=${choose('video')} testid="device-camera" /></label>
        <label>${say('microphoneDevice')} <${Choice} devices=${of('audioinput')} value=${used('audio')} isOff=${isIdle} onChange=${choose('audio')} testid="device-microphone" /></label>
        ${canChooseSpeaker ? html`
          <label>${say('speakerDevice')} <${Choice} devices=${of('audiooutput')} value=${sending.speaker} isOff=${false} testid="device-speaker"
            onChange=${(/** @type {Event} */ event) => sending.chooseSpeaker(/** @type {HTMLSelectElement} */ (event.currentTarget).value)} /></label>` : null}
      </div>
      <p class="problem" role="alert" hidden=${problem === ''}>${problem}</p>
    </div>`;
}

/** @param {{ devices: MediaDeviceInfo[], value: string, isOff: boolean, onChange: (event: Event) => void, testid: string }} props */
function Choice({ devices, value, isOff, onChange, testid }) {
  const isKnown = devices.some(({ deviceId }) => deviceId === value);
  return html`
    <select data-testid=${testid} disabled=${isOff || devices.length === 0} onChange=${onChange} value=${isKnown ? value : ''}>
      ${isKnown ? null : html`<option value="">${say(devices.length ? 'deviceDefault' : 'deviceNone')}</option>`}
      ${devices.map(({ deviceId, label }) => html`<option key=${deviceId} value=${deviceId}>${label || deviceId.slice(0, 8)}</option>`)}
    </select>`;
}
