// SPDX-License-Identifier: LGPL-2.1-or-later
import Pyrog from 'gi://Pyrog';
import {error, serve, servant, unpack} from '../frame.js';

const PRICES = {soap: 3, apple: 1, hammer: 20};

function makeCart() {
    const items = [];
    return servant({
        put: item => {
            if (!(item in PRICES))
                throw error(Pyrog.Error.LOOKUP_ERROR, `we have no ${item}`);
            return items.push(item);
        },
        contents: () => items,
    });
}

const daemon = Pyrog.Daemon.new(null);
serve({shop: servant({
    enter() {
        const cart = makeCart();
        daemon.register(null, cart);
        return daemon.proxy_for(cart, this.get_connection());
    },
    async pay(cart) {
        const items = unpack(await cart.call('contents', null, null, null));
        return items.reduce((sum, item) => sum + PRICES[item], 0);
    },
})}, daemon);
