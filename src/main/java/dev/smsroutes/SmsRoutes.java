package dev.smsroutes;

/** Starts it. */
public final class SmsRoutes {
  private SmsRoutes() {}

  public static void main(String[] args) {
    System.out.println("hi");
  }
}
