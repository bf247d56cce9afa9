/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds a section of an ELF file by its name, and no more.
 *
 *     r = elf_section(bytes, ".modinfo", &section, err);
 *
 * Ownership: the section borrows from the input. Threads: no state.
 * Errors: ERR_FORMAT with the offset (no ELF file, tables outside the file), ERR_NOT_FOUND when no
 * section has that name, ERR_UNSUPPORTED for a compressed section.
 * Format: System V gABI 4.1, chapter 4; both classes, both byte orders, more than 65280 sections.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

int elf_section(struct str bytes, const char *name, struct str *ret, struct err *err);
