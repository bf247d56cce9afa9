/* SPDX-License-Identifier: Apache-2.0 */
#include "browse/keys.h"

#define ESC	     '\x1b'

#define SEQUENCE_MAX 32 /* bytes; a longer one is no sequence */

/* By the last byte of ESC [ x, ESC O x. */
static enum key_code final_key(char c)
{
	switch (c) {
	case 'A':
		return KEY_UP;
	case 'B':
		return KEY_DOWN;
	case 'C':
		return KEY_RIGHT;
	case 'D':
		return KEY_LEFT;
	case 'H':
		return KEY_HOME;
	case 'F':
		return KEY_END;
	default:
		return KEY_NONE;
	}
}

/* By the number of ESC [ n ~. */
static enum key_code tilde_key(struct str parameter)
{
	static const struct {
		const char *number;
		enum key_code code;
	} keys[] = {{"1", KEY_HOME}, {"7", KEY_HOME},	 {"4", KEY_END},
		    {"8", KEY_END},  {"5", KEY_PAGE_UP}, {"6", KEY_PAGE_DOWN}};

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (str_is(parameter, keys[i].number))
			return keys[i].code;
	return KEY_NONE;
}

/* ESC [ parameters final; false: it has not ended yet. */
static bool pull_sequence(struct str *bytes, struct key *ret)
{
	for (size_t i = 2; i < bytes->n; i++) {
		char c = bytes->p[i];

		if (c >= 0x20 && c < 0x40 && i < SEQUENCE_MAX)
			continue;
		ret->code = c == '~' ? tilde_key(str_sub(*bytes, 2, i - 2)) : final_key(c);
		*bytes = str_skip(*bytes, i + 1);
		return true;
	}
	return false;
}

static bool pull_escape(struct str *bytes, bool is_final, struct key *ret)
{
	if (bytes->n >= 2 && bytes->p[1] == '[' && pull_sequence(bytes, ret))
		return true;
	if (bytes->n >= 3 && bytes->p[1] == 'O') {
		ret->code = final_key(bytes->p[2]);
		*bytes = str_skip(*bytes, 3);
		return true;
	}
	if (!is_final && (bytes->n == 1 || bytes->p[1] == '[' || bytes->p[1] == 'O'))
		return false;
	ret->code = KEY_ESCAPE;
	*bytes = str_skip(*bytes, 1);
	return true;
}

static enum key_code control_key(char c)
{
	switch (c) {
	case '\r':
	case '\n':
		return KEY_ENTER;
	case '\t':
		return KEY_TAB;
	case '\b':
	case 0x7f:
		return KEY_BACKSPACE;
	case 0x03:
		return KEY_QUIT;
	case 0x0c:
		return KEY_REDRAW;
	default:
		return KEY_NONE;
	}
}

static size_t character_length(char first)
{
	unsigned char c = (unsigned char)first;

	return c < 0xc2 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 1;
}

bool key_pull(struct str *bytes, bool is_final, struct key *ret)
{
	size_t n;

	if (bytes->n == 0)
		return false;
	*ret = (struct key){.code = KEY_TEXT};
	if (bytes->p[0] == ESC)
		return pull_escape(bytes, is_final, ret);
	n = character_length(bytes->p[0]);
	if (n > bytes->n && !is_final)
		return false;
	ret->text = str_sub(*bytes, 0, n);
	if (n == 1 && ((unsigned char)bytes->p[0] < 0x20 || bytes->p[0] == 0x7f))
		ret->code = control_key(bytes->p[0]);
	else if (!str_is_utf8(ret->text))
		ret->code = KEY_NONE;
	*bytes = str_skip(*bytes, n);
	return true;
}
