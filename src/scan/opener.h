/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens layers for threads that may not connect to anything any more.
 *
 *     r = opener_start(source, &o, err);       before the sandbox is entered
 *     sandbox_enter(...);
 *     r = opener_open(o, i, &stream, err);     from any thread
 *     opener_stop(o);                          after the streams are closed
 *
 * A source that needs the network gets a thread of its own here, which keeps the rights of its
 * start: it, and what a stream starts, talk to the network and parse no layer; the readers of the
 * streams parse, and have given the network up. Other sources are opened by the caller itself.
 *
 * Ownership: the source is borrowed. Errors: ERR_IO (no thread), those of source_open_layer.
 */
#pragma once

#include "image/source.h"

struct opener;

int opener_start(struct source *source, struct opener **ret, struct err *err);
int opener_open(struct opener *o, size_t i, struct stream **ret, struct err *err);
void opener_stop(struct opener *o); /* NULL is fine */
