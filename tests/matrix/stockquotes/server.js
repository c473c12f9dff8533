// SPDX-License-Identifier: LGPL-2.1-or-later
import {args, serve, servant} from '../frame.js';

function makeMarket(prices) {
    const symbols = () => Object.keys(prices).sort();
    return servant({
        symbols,
        *quotes(count) {
            for (let step = 0; step < count; step++) {
                for (const symbol of symbols())
                    yield args(symbol, prices[symbol] + step * symbol.length);
            }
        },
    });
}

serve({newyork: makeMarket({ACME: 100, CORP: 50}), london: makeMarket({TEA: 7})});
