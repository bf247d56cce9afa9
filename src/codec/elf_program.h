/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an ELF program or library says of itself, from its bytes as they go by, front to back.
 *
 *     struct elf_reader *e;
 *     elf_reader_new(&e, err);
 *     elf_reader_begin(e);                         for each file
 *     elf_reader_data(e, piece);                   all its bytes, in order
 *     if (elf_reader_end(e)) ... elf_reader_program(e) ...        false: it is no ELF file
 *     elf_reader_free(e);
 *
 * Nothing of the file is kept but its header, its dynamic section, its section table and the
 * strings that look like names: those that end in ".so" or ".so.1.2", and absolute paths. The
 * linker's strings stand in front of the dynamic section that points at them, so a name is found
 * again by its offset.
 *
 * Ownership: all slices live in the reader until the next begin. Threads: one reader, one thread.
 * Errors: of new alone (ERR_NOMEM); a broken file sets ELF_BROKEN. Limits: elf_table_bytes for each
 * of the tables, elf_names_bytes for the strings; what is beyond sets ELF_PARTIAL.
 * Format: System V gABI 4.1 chapters 4 and 5, both classes, both byte orders.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

enum elf_flag {
	ELF_64 = 1 << 0,
	ELF_BIG_ENDIAN = 1 << 1,
	ELF_DYNAMIC = 1 << 2,	  /* has a dynamic section */
	ELF_PIE = 1 << 3,	  /* a program that can be loaded anywhere */
	ELF_RWX = 1 << 4,	  /* a segment is writable and executable */
	ELF_EXEC_STACK = 1 << 5,  /* asks for an executable stack */
	ELF_NO_STACK = 1 << 6,	  /* says nothing of the stack: executable on old systems */
	ELF_NO_SECTIONS = 1 << 7, /* no section table: stripped of it, or packed */
	ELF_STRIPPED = 1 << 8,	  /* no symbol table */
	ELF_UPX = 1 << 9,	  /* packed with UPX, by its mark */
	ELF_GO = 1 << 10,	  /* built by Go */
	ELF_PARTIAL = 1 << 11,	  /* not all of its names fit */
	ELF_BROKEN = 1 << 12,	  /* its tables lie outside of it or contradict each other */
	ELF_ENTRY_ODD = 1 << 13,  /* starts outside of its executable segments */
};

/* Functions of the C library that read further files; found as names among its strings. */
enum elf_use {
	ELF_USE_DLOPEN = 1 << 0,
	ELF_USE_HOSTS = 1 << 1,	 /* getaddrinfo, gethostbyname */
	ELF_USE_USERS = 1 << 2,	 /* getpwnam, getgrgid, ... */
	ELF_USE_LOCALE = 1 << 3, /* setlocale, newlocale */
	ELF_USE_ICONV = 1 << 4,
	ELF_USE_TIME = 1 << 5, /* localtime, tzset */
	ELF_USE_PAM = 1 << 6,
	ELF_USE_EXEC = 1 << 7,	/* execve, posix_spawn */
	ELF_USE_SHELL = 1 << 8, /* system, popen */
};

enum elf_type { ELF_TYPE_OTHER, ELF_TYPE_OBJECT, ELF_TYPE_EXEC, ELF_TYPE_DYN, ELF_TYPE_CORE };

struct elf_program {
	enum elf_type type;
	uint16_t machine; /* e_machine: 62 x86-64, 183 AArch64, ... */
	unsigned flags;	  /* enum elf_flag */
	unsigned uses;	  /* enum elf_use */
	struct str interpreter, soname, rpath, runpath;
	struct str_list needed;	   /* in their order */
	struct str_list libraries; /* other names of libraries in its data, sorted, once each */
	struct str_list paths;	   /* paths from the root in its data, sorted, once each */
};

struct elf_reader;

int elf_reader_new(struct elf_reader **ret, struct err *err);
void elf_reader_free(struct elf_reader *e);
void elf_reader_begin(struct elf_reader *e);
void elf_reader_data(struct elf_reader *e, struct str piece);
bool elf_reader_end(struct elf_reader *e);
const struct elf_program *elf_reader_program(const struct elf_reader *e);

/* A program that needs no interpreter and no library. */
bool elf_is_static(const struct elf_program *p);
