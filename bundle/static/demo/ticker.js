setInterval(()=>postMessage(0),40);
