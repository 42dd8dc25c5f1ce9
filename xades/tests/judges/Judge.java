import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.crypto.spec.SecretKeySpec;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.SignatureMethod;
import javax.xml.crypto.dsig.SignedInfo;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.ExcC14NParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * What the JDK says about XML signatures and canonical forms. Run as a single source file:
 *
 *   java Judge.java verify FILE...          one line per file: name, tab, "valid" or the reason
 *   java Judge.java c14n DIRECTORY          for each NAME.xml writes NAME.MODE.jdk, the bytes a reference digests
 *
 * The modes of c14n: inc10 inc11 exc, for the whole document (URI="") and, with the suffix -apex, for the element with Id="apex";
 * a "c" after the algorithm keeps comments (xpointer); excl-apex has the PrefixList "a #default".
 */
public final class Judge {
    private static final XMLSignatureFactory FACTORY = XMLSignatureFactory.getInstance("DOM");
    private static final String INC10 = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
    private static final String INC11 = "http://www.w3.org/2006/12/xml-c14n11";
    private static final String EXC = "http://www.w3.org/2001/10/xml-exc-c14n#";

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("verify")) {
            for (int i = 1; i < arguments.length; i++) {
                System.out.println(new File(arguments[i]).getName() + "\t" + verify(Path.of(arguments[i])));
            }
        } else {
            File[] files = new File(arguments[1]).listFiles((directory, name) -> name.endsWith(".xml"));
            for (File file : files) {
                canonicalize(file.toPath());
            }
            System.out.println(files.length);
        }
    }

    private static Document parse(byte[] bytes) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        Document document = factory.newDocumentBuilder().parse(new ByteArrayInputStream(bytes));
        NodeList all = document.getElementsByTagName("*");
        for (int i = 0; i < all.getLength(); i++) {
            Element element = (Element) all.item(i);
            if (element.hasAttributeNS(null, "Id")) {
                element.setIdAttributeNS(null, "Id", true);
            }
        }
        return document;
    }

    private static String verify(Path file) {
        try {
            Document document = parse(Files.readAllBytes(file));
            NodeList signatures = document.getElementsByTagNameNS(XMLSignature.XMLNS, "Signature");
            if (signatures.getLength() != 1) {
                return "signatures: " + signatures.getLength();
            }
            Element element = (Element) signatures.item(0);
            NodeList certificates = element.getElementsByTagNameNS(XMLSignature.XMLNS, "X509Certificate");
            byte[] der = Base64.getMimeDecoder().decode(certificates.item(0).getTextContent());
            X509Certificate certificate = (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
            PublicKey key = certificate.getPublicKey();
            DOMValidateContext context = new DOMValidateContext(key, element);
            context.setProperty("org.jcp.xml.dsig.secureValidation", Boolean.FALSE);
            XMLSignature signature = FACTORY.unmarshalXMLSignature(context);
            if (!signature.getSignatureValue().validate(context)) {
                return "signature value";
            }
            for (Object reference : signature.getSignedInfo().getReferences()) {
                if (!((Reference) reference).validate(context)) {
                    return "reference " + ((Reference) reference).getURI();
                }
            }
            return "valid";
        } catch (Exception exception) {
            return "exception " + exception.getClass().getSimpleName();
        }
    }

    private static void canonicalize(Path file) throws Exception {
        byte[] bytes = Files.readAllBytes(file);
        String[] names = {"inc10", "inc11", "exc"};
        String[] algorithms = {INC10, INC11, EXC};
        for (int i = 0; i < names.length; i++) {
            String comments = i == 2 ? algorithms[i] + "WithComments" : algorithms[i] + "#WithComments";
            write(file, names[i], octets(bytes, "", algorithms[i], null));
            write(file, names[i] + "c", octets(bytes, "#xpointer(/)", comments, null));
            write(file, names[i] + "-apex", octets(bytes, "#apex", algorithms[i], null));
            write(file, names[i] + "c-apex", octets(bytes, "#xpointer(id('apex'))", comments, null));
        }
        ExcC14NParameterSpec listed = new ExcC14NParameterSpec(List.of("a", "#default"));
        write(file, "excl-apex", octets(bytes, "#apex", EXC, listed));
    }

    private static void write(Path file, String mode, byte[] octets) throws Exception {
        String name = file.getFileName().toString().replace(".xml", "." + mode + ".jdk");
        Files.write(file.resolveSibling(name), octets);
    }

    /** Signs in memory and hands back what the reference digested. */
    private static byte[] octets(byte[] xml, String uri, String algorithm, C14NMethodParameterSpec parameters)
            throws Exception {
        Document document = parse(xml);
        List<Transform> transforms = new ArrayList<>();
        // the signature is put into the root element, so it must not count there
        if (!uri.contains("apex") || document.getDocumentElement().getAttribute("Id").equals("apex")) {
            transforms.add(FACTORY.newTransform(Transform.ENVELOPED, (TransformParameterSpec) null));
        }
        transforms.add(FACTORY.newTransform(algorithm, parameters));
        DigestMethod digest = FACTORY.newDigestMethod(DigestMethod.SHA256, null);
        Reference reference = FACTORY.newReference(uri, digest, transforms, null, null);
        SignedInfo info = FACTORY.newSignedInfo(
            FACTORY.newCanonicalizationMethod(INC10, (C14NMethodParameterSpec) null),
            FACTORY.newSignatureMethod(SignatureMethod.HMAC_SHA1, null), List.of(reference));
        Key key = new SecretKeySpec(new byte[32], "HmacSHA1");
        DOMSignContext context = new DOMSignContext(key, document.getDocumentElement());
        context.setProperty("javax.xml.crypto.dsig.cacheReference", Boolean.TRUE);
        context.setProperty("org.jcp.xml.dsig.secureValidation", Boolean.FALSE);
        FACTORY.newXMLSignature(info, null).sign(context);
        try (InputStream octets = reference.getDigestInputStream()) {
            return octets.readAllBytes();
        }
    }
}
