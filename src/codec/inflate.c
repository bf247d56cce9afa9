/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/inflate.h"

#include <isa-l/igzip_lib.h>
#include <stdlib.h>

#include "base/cleanup.h"

struct inflate {
	struct inflate_state state;
};

int inflate_new(struct inflate **ret, struct err *err)
{
	/* zeroed: on code lengths that cannot be, the library follows tables it has not filled */
	struct inflate *z = calloc(1, sizeof *z);

	if (!z)
		return err_nomem(err);
	isal_inflate_init(&z->state);
	*ret = z;
	return 0;
}

void inflate_free(struct inflate *z)
{
	free(z);
}

void inflate_freep(struct inflate **z)
{
	inflate_free(*z);
	*z = NULL;
}

void inflate_begin(struct inflate *z, enum inflate_form form)
{
	isal_inflate_reset(&z->state);
	z->state.crc_flag = form == INFLATE_ZLIB ? ISAL_ZLIB : ISAL_DEFLATE;
}

bool inflate_is_done(const struct inflate *z)
{
	return z->state.block_state == ISAL_BLOCK_FINISH;
}

/* Whole bytes that wait in its bit buffer. */
size_t inflate_ahead(const struct inflate *z)
{
	return z->state.read_in_length > 0 ? (size_t)z->state.read_in_length / 8 : 0;
}

int inflate_step(struct inflate *z, struct str *in, void *out, size_t n, size_t *ret_n,
		 struct err *err)
{
	struct inflate_state *s = &z->state;
	size_t n_in = in->n > UINT32_MAX / 2 ? UINT32_MAX / 2 : in->n;
	size_t room = n > UINT32_MAX / 2 ? UINT32_MAX / 2 : n;
	int r;

	s->next_in = (uint8_t *)in->p; /* ISA-L only reads it */
	s->avail_in = (uint32_t)n_in;
	s->next_out = out;
	s->avail_out = (uint32_t)room;
	r = isal_inflate(s);
	*in = str_skip(*in, n_in - s->avail_in);
	*ret_n = room - s->avail_out;
	if (r == ISAL_INCORRECT_CHECKSUM)
		return err_set(err, ERR_FORMAT, "data does not match its checksum");
	if (r < 0 || r == ISAL_NEED_DICT)
		return err_set(err, ERR_FORMAT, "no deflate stream");
	return 0;
}
