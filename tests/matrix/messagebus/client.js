// SPDX-License-Identifier: LGPL-2.1-or-later
import {call, connect} from '../frame.js';

const bus = connect(ARGV[0]);
const list = messages => `[${messages.map(message => `'${message}'`).join(', ')}]`;
const send = (topic, message) => call(bus, 'send', topic, message);
const fetch = (topic, who) => list(call(bus, 'fetch', topic, who));

call(bus, 'subscribe', 'weather', 'ada');
call(bus, 'subscribe', 'weather', 'bob');
call(bus, 'subscribe', 'news', 'ada');
print(list(call(bus, 'topics')));
print(send('weather', 'rain'), send('weather', 'sun'), send('news', 'none'));
print(fetch('weather', 'ada'), fetch('news', 'ada'));
call(bus, 'unsubscribe', 'weather', 'ada');
print(send('weather', 'wind'), fetch('weather', 'bob'), fetch('weather', 'bob'));
try {
    fetch('weather', 'ada');
} catch (error) {
    print(error.message);
}
