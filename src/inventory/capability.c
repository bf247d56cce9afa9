/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/capability.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/cursor.h"

#define REVISION_MASK 0xff000000u
#define REVISION_1    0x01000000u
#define REVISION_2    0x02000000u
#define REVISION_3    0x03000000u

static const char *const names[] = {
	"cap_chown",
	"cap_dac_override",
	"cap_dac_read_search",
	"cap_fowner",
	"cap_fsetid",
	"cap_kill",
	"cap_setgid",
	"cap_setuid",
	"cap_setpcap",
	"cap_linux_immutable",
	"cap_net_bind_service",
	"cap_net_broadcast",
	"cap_net_admin",
	"cap_net_raw",
	"cap_ipc_lock",
	"cap_ipc_owner",
	"cap_sys_module",
	"cap_sys_rawio",
	"cap_sys_chroot",
	"cap_sys_ptrace",
	"cap_sys_pacct",
	"cap_sys_admin",
	"cap_sys_boot",
	"cap_sys_nice",
	"cap_sys_resource",
	"cap_sys_time",
	"cap_sys_tty_config",
	"cap_mknod",
	"cap_lease",
	"cap_audit_write",
	"cap_audit_control",
	"cap_setfcap",
	"cap_mac_override",
	"cap_mac_admin",
	"cap_syslog",
	"cap_wake_alarm",
	"cap_block_suspend",
	"cap_audit_read",
	"cap_perfmon",
	"cap_bpf",
	"cap_checkpoint_restore",
};

static size_t size_of(uint32_t revision)
{
	switch (revision) {
	case REVISION_1:
		return 12;
	case REVISION_2:
		return 20;
	case REVISION_3:
		return 24;
	default:
		return 0;
	}
}

static int compare_names(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static int list_names(uint64_t set, struct arena *arena, struct str_list *ret, struct err *err)
{
	struct str *p = arena_array(arena, 64, sizeof *p);
	size_t n = 0;

	for (unsigned bit = 0; p && bit < 64; bit++) {
		if (!(set >> bit & 1))
			continue;
		p[n] = bit < ARRAY_LEN(names) ? str_of(names[bit])
					      : arena_strf(arena, "cap_%u", bit);
		if (!p[n++].p)
			return err_nomem(err);
	}
	if (!p)
		return err_nomem(err);
	qsort(p, n, sizeof *p, compare_names);
	*ret = (struct str_list){p, n};
	return 0;
}

int capabilities_parse(struct str xattr, struct arena *arena, struct str_list *ret, struct err *err)
{
	struct cursor c = cursor_make(xattr);
	uint32_t revision = cursor_u32le(&c) & REVISION_MASK;
	uint64_t permitted = cursor_u32le(&c);

	if (c.failed || size_of(revision) == 0)
		return err_set(err, ERR_FORMAT, "file capabilities of an unknown form (%zu bytes)",
			       xattr.n);
	if (xattr.n != size_of(revision))
		return err_set(err, ERR_FORMAT, "file capabilities of %zu bytes instead of %zu",
			       xattr.n, size_of(revision));
	(void)cursor_u32le(&c); /* inheritable */
	if (revision != REVISION_1)
		permitted |= (uint64_t)cursor_u32le(&c) << 32;
	return list_names(permitted, arena, ret, err);
}
