/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the assignment round a place in a text of any language:
 *
 *     adafruit_key: abc              "adafruitKey": "abc"           <adafruitKey>abc</adafruitKey>
 *     ADAFRUIT_KEY = 'abc'           var adafruitKey string = "abc" adafruit.key => :abc
 *     setProperty("ADAFRUIT_KEY", "abc")       --adafruit-key abc   $adafruitKey .= `abc`
 *
 * It looks at most SECRET_PAIR_REACH bytes around and decides nothing: whether key and value are
 * of a secret is the callers' business.
 *
 * Ownership: everything borrows from the text. Threads: no state.
 */
#pragma once

#include "base/str.h"

#define SECRET_PAIR_REACH  512
#define SECRET_PAIR_BEFORE 160

enum secret_operator {
	PAIR_EQUALS, /* = := ?= .= => -> == || */
	PAIR_COLON,  /* : */
	PAIR_COMMA,  /* ("key", "value") */
	PAIR_TAG,    /* <key>value */
	PAIR_SPACE   /* --key value */
};

struct secret_pair {
	struct str before; /* up to SECRET_PAIR_BEFORE bytes in front of the key */
	struct str key;	   /* adafruit.key: letters, digits, _ - . $ */
	struct str value;  /* without its quotes; up to the end of what could be one */
	enum secret_operator operator_;
	char quote;   /* of the value; 0: it stands bare */
	bool is_call; /* something like a call follows: f(, a.b( */
};

/* `at`: a place inside the key. False: no assignment stands there. */
bool secret_pair_read(struct str text, size_t at, struct secret_pair *ret);

/*
 * Whether `name` stands in the key as a word or several: lob in lobApiKey, LOB_KEY, not in glob;
 * letters of any case, _ - . equal to each other and to nothing (new_relic in newRelicKey). With
 * `whole` the word ends there too: pass in dbPass, not in passed.
 */
bool secret_key_has(struct str key, struct str name, bool whole);

/* What stands in the key behind the name, with `whole`: Field in passwordField. */
struct str secret_key_behind(struct str key, struct str name);
