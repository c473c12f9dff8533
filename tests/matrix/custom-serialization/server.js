// SPDX-License-Identifier: LGPL-2.1-or-later
import {serve, servant} from '../frame.js';

class Book {
    constructor(title, pages) {
        this['__class__'] = 'library.Book';
        this.title = title;
        this.pages = pages;
    }
}

serve({publisher: servant({
    write: title => new Book(title, 10 * title.length),
    shorten: book => new Book(`short ${book.title}`, Math.floor(book.pages / 2)),
})});
