// A clock that a hidden tab does not slow down: timers of workers are not throttled, those of pages are.
setInterval(() => postMessage(0), 66);
