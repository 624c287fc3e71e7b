/* Linked into the program when the C library is.

   The C library looks up hosts and users through the plugins that /etc/nsswitch.conf names. A static one would load
   them at run time, and with them the machine's shared C library, which works only while that is of the very version
   that was linked; after an update of the machine it may crash. So nothing is loaded: hosts are looked up in
   /etc/hosts and in DNS, users in /etc/passwd. */

#include <features.h>
#include <nss.h>

#if !__GLIBC_PREREQ(2, 34)
#error "before 2.34 even /etc/hosts and DNS were plugins (NEWS of glibc 2.34)"
#endif

__attribute__((constructor)) static void look_up_without_plugins(void)
{
    __nss_configure_lookup("hosts", "files dns");
    __nss_configure_lookup("passwd", "files");
}
