package dev.smsroutes.template;

import java.util.Set;

/**
 * The placeholder names that the API itself resolves, and not from attributes of the request.
 *
 * <p>Source: the contract, section 5, and the vendor's lists of personalization strings and of
 * MobileConnect variables. Every name that starts with an underscore counts as one of them ({@code
 * _FirstName}, {@code _SubscriberKey}, {@code _CarrierID}); the others are in the table. Names are
 * compared without case. Names that make sense only in an e-mail are here too: the author of such a
 * text expects the API to fill them in, and sms-routes cannot.
 */
final class SystemStrings {
  /** In lower case. */
  private static final Set<String> TABLE =
      Set.of(
          // the date of the send
          "xtmonth",
          "xtmonthnumeric",
          "xtday",
          "xtdayofweek",
          "xtyear",
          "xtshortdate",
          "xtlongdate",
          // the contact
          "contactkey",
          "emailaddr",
          "subscriberid",
          "firstname_",
          "lastname_",
          "fullname_",
          // the mobile number and the code that sends
          "mobile_number",
          "short_code",
          // the send
          "jobid",
          "listid",
          "list_",
          "listsubid",
          "emailname_",
          // the sender
          "memberid",
          "member_busname",
          "member_addr",
          "member_city",
          "member_state",
          "member_postalcode",
          "member_country",
          "replyname",
          "replyemailaddress",
          // pages
          "view_email_url",
          "profile_center_url",
          "subscription_center_url",
          "unsub_center_url",
          "ftaf_url",
          "double_opt_in_url",
          "microsite_base_url");

  private SystemStrings() {}

  /**
   * @param folded a name, folded by {@link Template#fold}
   */
  static boolean contains(String folded) {
    return folded.startsWith("_")
        || TABLE.contains(folded)
        // words of an incoming message: MSG(0), MSG(0).VERB, MSG(0).NOUN(1)
        || folded.startsWith("msg(")
        || folded.startsWith("mms_content_url(");
  }
}
