/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/language.h"

const struct language_sign language_signs[] = {
	{".NET", "**/*.deps.json"},
	{"Conda", "**/conda-meta/*.json"},
	{"Go", NULL},
	{"Java", "**/*.ear"},
	{"Java", "**/*.jar"},
	{"Java", "**/*.war"},
	{"PHP", "**/vendor/composer/installed.json"},
	{"Perl", "**/.packlist"},
	{"Python", "**/*.dist-info/METADATA"},
	{"Python", "**/*.egg-info"},
	{"Python", "**/*.egg-info/PKG-INFO"},
	{"R", "**/library/*/DESCRIPTION"},
	{"R", "**/site-library/*/DESCRIPTION"},
	{"Ruby", "**/specifications/*.gemspec"},
	{"Ruby", "**/specifications/default/*.gemspec"},
	{"Rust", "**/Cargo.lock"},
	{"npm", "**/node_modules/*/package.json"},
	{"npm", "**/node_modules/@*/*/package.json"},
	{NULL, NULL},
};

/*
 * Go's linker writes its build id as an ELF note named "Go" (type 4) in the first page of the file:
 * cmd/link/internal/ld/elf.go, ELF_NOTE_GOBUILDID_TAG.
 */
const char *language_of_executable(struct str head)
{
	static const char note[] = {4, 0, 0, 0, 'G', 'o', 0, 0};

	if (!str_has_prefix(head, STR("\x7f"
				      "ELF")))
		return NULL;
	head = str_sub(head, 0, LANGUAGE_HEAD_BYTES);
	return str_find(head, str_make(note, sizeof note)) < head.n ? "Go" : NULL;
}
