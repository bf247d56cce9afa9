/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys out of the bytes that a terminal sends.
 *
 *     while (key_pull(&bytes, false, &key)) ...      what is left may be the begin of a sequence
 *     while (key_pull(&bytes, true, &key)) ...       nothing more came: a lone ESC is Escape
 *
 * Format: ECMA-48 control sequences and the SS3 ones of cursor keys in application mode, as xterm
 * sends them (https://invisible-island.net/xterm/ctlseqs/ctlseqs.html). Sequences that mean nothing
 * here are passed over whole.
 */
#pragma once

#include <stdint.h>

#include "base/str.h"

enum key_code {
	KEY_TEXT, /* text: a printable character */
	KEY_UP,
	KEY_DOWN,
	KEY_LEFT,
	KEY_RIGHT,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
	KEY_HOME,
	KEY_END,
	KEY_ENTER,
	KEY_TAB,
	KEY_BACKSPACE,
	KEY_ESCAPE,
	KEY_REDRAW, /* ctrl-l */
	KEY_QUIT,   /* ctrl-c, where the terminal makes no signal of it */
	KEY_NONE,   /* something that means nothing here */
};

struct key {
	enum key_code code;
	struct str text; /* UTF-8, of KEY_TEXT */
};

/* Takes one key off *bytes; false when they hold no whole one. */
bool key_pull(struct str *bytes, bool is_final, struct key *ret);
