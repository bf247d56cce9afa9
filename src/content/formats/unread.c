/* SPDX-License-Identifier: Apache-2.0 */
/* What packs files and is not looked into: it is told, so that nobody takes it for empty. */
#include "base/cleanup.h"
#include "content/format.h"

static const struct kind {
	struct str magic;
	const char *name;
} kinds[] = {
	{{"7z\xbc\xaf\x27\x1c", 6}, "7z"}, {{"Rar!\x1a\x07", 6}, "rar"},
	{{"MSCF\0\0\0\0", 8}, "cab"},	   {{"LZIP\1", 5}, "lzip"},
	{{"\x1f\x9d\x90", 3}, "compress"}, {{"\x04\x22\x4d\x18", 4}, "lz4"},
	{{"xar!\0\x1c", 6}, "xar"},	   {{"hsqs", 4}, "squashfs"},
};

static const struct kind *kind_of(struct str head)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_has_prefix(head, kinds[i].magic))
			return &kinds[i];
	return NULL;
}

static bool is(const struct source *s, struct str head)
{
	(void)s;
	return kind_of(head) != NULL;
}

static int read(struct source *s, struct str whole, struct err *err)
{
	const struct kind *kind = kind_of(s->ahead);

	(void)whole;
	return err_set(err, ERR_UNSUPPORTED, "%s is not looked into", kind ? kind->name : "it");
}

const struct content_format content_format_unread = {
	.id = "unread",
	.is = is,
	.read = read,
};
